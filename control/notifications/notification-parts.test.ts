import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../common/ids/index.ts';
import type { PendingEvent } from '../filesystem/index.ts';
import { encodeKey } from './event-message.ts';
import { notificationArns, notificationsConfig } from './index.ts';
import { retryDelayMs } from './retry-delay.ts';
import { lanesOf } from './target-queue.ts';

test('a key in a message is what a form decodes to the key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (key) => {
      const encoded = encodeKey(key);
      expect(encoded).toMatch(/^[\w\-.*/+%]*$/);
      expect(new URLSearchParams(`key=${encoded}`).get('key')).toBe(key);
    }),
  );
});

test('pauses between attempts double up to a minute, half of each at random', () => {
  for (let failures = 1; failures < 40; failures += 1) {
    const full = Math.min(60_000, 500 * 2 ** (failures - 1));
    const delay = retryDelayMs(failures, systemRandom);
    expect(delay).toBeLessThanOrEqual(full);
    expect(delay).toBeGreaterThanOrEqual(full / 2);
  }
});

test('each object has a lane in which its events stay in order', () => {
  const object = fc.record({ bucket: fc.constantFrom('a', 'b'), key: fc.constantFrom('x', 'y', 'z') });
  fc.assert(
    fc.property(fc.array(object, { maxLength: 50 }), (objects) => {
      const events = objects.map(({ bucket, key }, sequence): PendingEvent => {
        const by = { actor: 'a', requestId: 'r', ruleId: 'r', atMs: 0, namespace: 'n' };
        return { sequence, record: { event: 'ObjectCreated:Put', bucket, key, ...by } };
      });
      const lanes = lanesOf(events);
      expect(lanes.flat().length).toBe(events.length);
      for (const lane of lanes) {
        expect(new Set(lane.map(({ record }) => `${record.bucket}/${record.key}`)).size).toBe(1);
        const sequences = lane.map(({ sequence }) => sequence);
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
      }
      expect(new Set(lanes.map(([first]) => `${first?.record.bucket}/${first?.record.key}`)).size).toBe(lanes.length);
    }),
  );
});

describe('the configuration', () => {
  const parse = (targets: object) => notificationsConfig.safeParse({ targets });

  test('names targets by ARN, and is empty when there is none', () => {
    const targets = {
      'on-call': { kind: 'webhook', url: 'http://10.0.0.7/hook' },
      house: { kind: 'mqtt', url: 'mqtts://broker.local', topic: 'bramble' },
    };
    expect([...notificationArns(notificationsConfig.parse({ targets }))]).toEqual([
      'arn:bramble:sqs::on-call:webhook',
      'arn:bramble:sqs::house:mqtt',
    ]);
    expect(notificationsConfig.parse(undefined)).toEqual({
      targets: {},
      region: 'us-east-1',
      keepFor: 24 * 3_600_000,
    });
  });

  test.each([
    ['a name that an ARN cannot have', { 'a:b': { kind: 'webhook', url: 'http://a/' } }],
    ['another protocol', { a: { kind: 'webhook', url: 'ftp://a/' } }],
    ['a wildcard', { a: { kind: 'mqtt', url: 'mqtt://a', topic: 'x/#' } }],
    ['no topic', { a: { kind: 'mqtt', url: 'mqtt://a' } }],
    ['another kind', { a: { kind: 'kafka', url: 'http://a/' } }],
    ['a key that it does not know', { a: { kind: 'webhook', url: 'http://a/', topic: 'x' } }],
  ])('refuses %s', (_name, targets) => {
    expect(parse(targets).success).toBe(false);
  });
});
