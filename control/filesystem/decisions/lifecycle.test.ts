import { describe, expect, test } from 'vitest';
import { type AgingVersion, dueAction, dueMs, isUploadOver, nextExpiration } from './lifecycle.ts';
import { type LifecycleRule, problemOfLifecycle } from './lifecycle-check.ts';

const at = (text: string) => Date.parse(`2026-01-${text}Z`);
const rule = ({
  filter,
  ...changes
}: Partial<Omit<LifecycleRule, 'filter'>> & { filter?: object } = {}): LifecycleRule => ({
  id: 'r',
  isEnabled: true,
  filter: { prefix: '', tags: {}, ...filter },
  hasFilter: true,
  ...changes,
});
const version = (changes: Partial<AgingVersion> = {}): AgingVersion => ({
  key: 'logs/a',
  size: 100,
  tags: {},
  isDeleteMarker: false,
  modifiedAtMs: at('15T10:30'),
  isAlone: () => false,
  ...changes,
});
const noncurrent = (newer: number, sinceMs = at('15T10:30')) => version({ noncurrent: { sinceMs, newer } });
const marker = (isAlone: boolean) => version({ isDeleteMarker: true, size: 0, isAlone: () => isAlone });

test('days end at the midnight after, as in S3’s own example', () => {
  expect(dueMs(at('15T10:30'), 3)).toBe(at('19T00:00'));
  expect(dueMs(at('15T00:00'), 1)).toBe(at('16T00:00'));
});

describe('a version', () => {
  const three = { expiration: { days: 3 } };
  const marked = { expiration: { expiredDeleteMarker: true as const } };
  const old = { noncurrentExpiration: { days: 3, newerVersions: 2 } };
  test.each<[string, Parameters<typeof rule>[0], AgingVersion, string, 'expire' | 'remove' | undefined]>([
    ['is kept until its days are over', three, version(), '18T23:59', undefined],
    ['expires when they are', three, version(), '19T00:00', 'expire'],
    [
      'expires at a date, however young it is',
      { expiration: { dateMs: at('16T00:00') } },
      version(),
      '16T00:00',
      'expire',
    ],
    ['is kept before the date', { expiration: { dateMs: at('16T00:00') } }, version(), '15T23:59', undefined],
    ['is left alone by a rule that is off', { ...three, isEnabled: false }, version(), '30T00:00', undefined],
    ['is left alone under another prefix', { ...three, filter: { prefix: 'x/' } }, version(), '30T00:00', undefined],
    [
      'is left alone without the tags',
      { ...three, filter: { tags: { a: '1' } } },
      version({ tags: { a: '2' } }),
      '30T00:00',
      undefined,
    ],
    [
      'expires with all the tags',
      { ...three, filter: { tags: { a: '1' } } },
      version({ tags: { a: '1', b: '' } }),
      '30T00:00',
      'expire',
    ],
    ['must be larger', { ...three, filter: { sizeGreaterThan: 100 } }, version(), '30T00:00', undefined],
    ['must be smaller', { ...three, filter: { sizeLessThan: 101 } }, version(), '30T00:00', 'expire'],
    ['that is noncurrent is not expired', three, noncurrent(0), '30T00:00', undefined],
    ['that is noncurrent is kept among the newer ones', old, noncurrent(1), '30T00:00', undefined],
    ['that is noncurrent is kept for its days', old, noncurrent(2), '18T00:00', undefined],
    ['that is noncurrent goes beyond both', old, noncurrent(2), '19T00:00', 'remove'],
    ['that is current is not a noncurrent one', old, version(), '30T00:00', undefined],
    ['that is a marker and hides others stays', marked, marker(false), '30T00:00', undefined],
    ['that is a marker and hides nothing goes', marked, marker(true), '15T11:00', 'remove'],
    ['that is a marker goes by days too', three, marker(true), '19T00:00', 'remove'],
    ['that is a marker and hides others makes no second one', three, marker(false), '19T00:00', undefined],
    [
      'that is no marker stays for a rule about markers',
      marked,
      version({ isAlone: () => true }),
      '30T00:00',
      undefined,
    ],
  ])('%s', (_name, changes, asked, now, expected) => {
    expect(dueAction([rule(changes)], asked, at(now))).toBe(expected);
  });
});

test('an upload is over by the first rule that says so', () => {
  const rules = [rule({ abortUploadAfterDays: 9 }), rule({ abortUploadAfterDays: 1, filter: { prefix: 'logs/' } })];
  const upload = { key: 'logs/a', initiatedAtMs: at('15T10:30') };
  expect(isUploadOver(rules, upload, at('16T23:59'))).toBe(false);
  expect(isUploadOver(rules, upload, at('17T00:00'))).toBe(true);
  expect(isUploadOver(rules, { ...upload, key: 'other' }, at('17T00:00'))).toBe(false);
});

test('what is there now is told of the first day on which a rule deletes it', () => {
  const object = { key: 'logs/a', size: 100, tags: { keep: 'no' }, modifiedAtMs: at('15T10:30') };
  const rules = [
    rule({ id: 'late', expiration: { days: 9 } }),
    rule({ id: 'first', expiration: { days: 1 }, filter: { tags: { keep: 'no' } } }),
    rule({ id: 'of others', expiration: { dateMs: at('02T00:00') }, filter: { prefix: 'other/' } }),
    rule({ id: 'off', expiration: { dateMs: at('02T00:00') }, isEnabled: false }),
    rule({ id: 'markers', expiration: { expiredDeleteMarker: true } }),
    rule({ id: 'noncurrent', noncurrentExpiration: { days: 1 } }),
  ];
  expect(nextExpiration(rules, object)).toEqual({ atMs: at('17T00:00'), rule: 'first' });
  expect(nextExpiration(rules, { ...object, tags: {} })).toEqual({ atMs: at('25T00:00'), rule: 'late' });
  expect(nextExpiration(rules.slice(2), object)).toBeUndefined();
});

test.each<[string, LifecycleRule[], string]>([
  ['two rules of one id', [rule({ abortUploadAfterDays: 1 }), rule({ abortUploadAfterDays: 2 })], 'invalid-argument'],
  ['a rule that does nothing', [rule()], 'invalid-request'],
  ['a date that is no midnight', [rule({ expiration: { dateMs: at('16T00:01') } })], 'invalid-argument'],
  [
    'sizes that nothing has',
    [rule({ expiration: { days: 1 }, filter: { sizeGreaterThan: 9, sizeLessThan: 9 } })],
    'invalid-request',
  ],
  ['uploads by tags', [rule({ abortUploadAfterDays: 1, filter: { tags: { a: '' } } })], 'invalid-request'],
  [
    'markers by size',
    [rule({ expiration: { expiredDeleteMarker: true }, filter: { sizeLessThan: 9 } })],
    'invalid-request',
  ],
  ['odd tags', [rule({ expiration: { days: 1 }, filter: { tags: { '': '' } } })], 'malformed-xml'],
])('S3 refuses %s', (_name, rules, code) => {
  expect(problemOfLifecycle(rules)?.code).toBe(code);
});
