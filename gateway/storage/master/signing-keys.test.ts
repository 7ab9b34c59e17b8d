import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../common/clock/index.ts';
import { Unavailable } from '../../../common/errors/index.ts';
import type { AccessKeyRequest, SigningKey } from '../../../common/filesystem/index.ts';
import { SigningKeys } from './signing-keys.ts';

const ID = 'BRKAAAAAAAAAAAAAAAAA';
const KEY: SigningKey = { signingKey: new Uint8Array(32), userId: 'user_1', userName: 'ada', namespace: 'ada' };

function controlThatKnows(ids: Set<string>) {
  const clock = new ManualClock();
  const asked: AccessKeyRequest[] = [];
  const keys = new SigningKeys(clock, async (request) => {
    asked.push(request);
    return ids.has(request.id) ? KEY : null;
  });
  const find = (id = ID, date = '20260101') => keys.find(id, date, 'us-east-1', 's3', { address: '192.0.2.1' });
  return { clock, asked, find };
}

describe('signing keys in the gateway', () => {
  test('are asked for once a minute, and by all who wait together once', async () => {
    const { clock, asked, find } = controlThatKnows(new Set([ID]));
    expect(await Promise.all([find(), find(), find()])).toEqual([KEY, KEY, KEY]);
    clock.advance(59_999);
    await find();
    expect(asked).toEqual([{ id: ID, date: '20260101', region: 'us-east-1', service: 's3', address: '192.0.2.1' }]);
    clock.advance(1);
    await find();
    expect(asked).toHaveLength(2);
  });

  test('are another one for each day', async () => {
    const { asked, find } = controlThatKnows(new Set([ID]));
    await find();
    await find(ID, '20260102');
    expect(asked.map(({ date }) => date)).toEqual(['20260101', '20260102']);
  });

  test('that do not exist are asked for anew after five seconds, whatever the day', async () => {
    const ids = new Set<string>();
    const { clock, asked, find } = controlThatKnows(ids);
    expect(await find()).toBeNull();
    expect(await find(ID, '20260102')).toBeNull();
    expect(asked).toHaveLength(1);
    ids.add(ID);
    clock.advance(5_000);
    expect(await find()).toEqual(KEY);
  });

  test('are not asked for when the id can be none', async () => {
    const { asked, find } = controlThatKnows(new Set());
    for (const id of ['', 'short', 'with space and/or slash', 'x'.repeat(129), 'ümläutümläutümläut']) {
      expect(await find(id)).toBeNull();
    }
    expect(asked).toEqual([]);
  });

  test('stay known however many ids are tried', async () => {
    const { asked, find } = controlThatKnows(new Set([ID]));
    await find();
    for (let n = 0; n < 10_100; n += 1) await find(`BRKTRY${String(n).padStart(14, '0')}`);
    const before = asked.length;
    await find();
    expect(asked).toHaveLength(before);
  });

  test('are asked for again after a failure, and at most 1024 at once', async () => {
    const answer = Promise.withResolvers<SigningKey | null>();
    let calls = 0;
    const keys = new SigningKeys(new ManualClock(), () => {
      calls += 1;
      return calls > 1024 ? Promise.resolve(KEY) : answer.promise;
    });
    const find = (n: number) => keys.find(`BRKTRY${String(n).padStart(14, '0')}`, '20260101', 'us-east-1', 's3');
    const waiting = Array.from({ length: 1024 }, (_, n) => find(n));
    await expect(find(1024)).rejects.toThrow(Unavailable);
    answer.reject(new Unavailable('Control is away.'));
    const settled = await Promise.allSettled(waiting);
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(await find(0)).toEqual(KEY);
  });
});
