import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../common/clock/index.ts';
import { systemRandom } from '../../common/ids/index.ts';
import type { Command } from '../log/index.ts';
import { silentLogger } from '../records/test-records.ts';
import { AttemptLimiter } from './attempt-limiter.ts';
import { DenialAudit } from './denial-audit.ts';
import { LruCache } from './lru-cache.ts';
import { hashPassword, isOutdated, type PasswordCost, verifyPassword } from './password-hash.ts';
import { makeRefreshToken, readRefreshToken } from './refresh-token.ts';
import { SecretBox } from './secret-box.ts';
import { planRotation, RETIREMENT_MS, SIGNING_KEY_LIFE_MS } from './signing-keys.ts';

const COSTS: PasswordCost[] = [
  { algorithm: 'argon2id', memoryKiB: 64, passes: 1, parallelism: 1 },
  { algorithm: 'scrypt', logN: 4, blockSize: 8, parallelism: 1 },
];

describe.each(COSTS)('passwords by $algorithm', (cost) => {
  test('are told from others, however they are composed, and say when their cost is outdated', async () => {
    const stored = await hashPassword('caf\u00e9 au lait', cost, systemRandom);
    expect(await verifyPassword('cafe\u0301 au lait', stored)).toBe(true);
    expect(await verifyPassword('cafe au lait', stored)).toBe(false);
    expect(isOutdated(stored, cost)).toBe(false);
    expect(COSTS.filter((other) => isOutdated(stored, other))).toHaveLength(1);
    expect(stored).not.toContain('lait');
  });
});

test('a stored hash of an unknown form is an error, not a wrong password', async () => {
  await expect(verifyPassword('x', '$md5$abc')).rejects.toThrow('not of a known form');
});

describe('the secret box', () => {
  const box = new SecretBox(systemRandom.bytes(32), systemRandom);

  test('opens what it sealed, in the same context only, and nothing that was changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), (secret, position) => {
        const sealed = box.seal(secret, 'a');
        expect(new Uint8Array(box.open(sealed, 'a'))).toEqual(secret);
        expect(() => box.open(sealed, 'b')).toThrow();
        const changed = sealed.slice();
        const at = position % changed.length;
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(() => box.open(changed, 'a')).toThrow();
      }),
    );
  });

  test('a refresh token is read back, and one with any character changed is not ours', () => {
    fc.assert(
      fc.property(
        fc.uuid({ version: 7 }),
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        fc.nat(),
        (uuid, generation, at) => {
          const claim = { sessionId: `session_${uuid}`, generation };
          const token = makeRefreshToken(claim, box);
          expect(readRefreshToken(token, box)).toEqual(claim);
          // The last character carries bits that base64 ignores.
          const place = at % (token.length - 1);
          const other = token[place] === 'A' ? 'B' : 'A';
          expect(readRefreshToken(token.slice(0, place) + other + token.slice(place + 1), box)).toBeUndefined();
        },
      ),
    );
  });
});

describe('the limit of attempts', () => {
  test('lets a burst through, then one at a time, and gives back what was right', () => {
    const clock = new ManualClock();
    const limiter = new AttemptLimiter(clock, { burst: 3, refillMs: 1000 });
    for (let attempt = 0; attempt < 3; attempt += 1) limiter.attempt('a');
    expect(() => limiter.attempt('a')).toThrow(expect.objectContaining({ status: 429, retryAfterSeconds: 1 }));
    limiter.attempt('b');
    limiter.giveBack('a');
    limiter.attempt('a');
    clock.advance(1000);
    limiter.attempt('a');
    expect(() => limiter.attempt('a')).toThrow();
  });

  test('never lets more through than the burst and what time gave', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }), (pauses) => {
        const clock = new ManualClock();
        const limiter = new AttemptLimiter(clock, { burst: 5, refillMs: 100 });
        let passed = 0;
        for (const pause of pauses) {
          clock.advance(pause);
          try {
            limiter.attempt('a');
            passed += 1;
          } catch (error) {
            expect(error).toMatchObject({ status: 429 });
          }
        }
        const elapsed = pauses.reduce((sum, pause) => sum + pause, 0);
        expect(passed).toBeLessThanOrEqual(5 + elapsed / 100 + 1e-6);
      }),
    );
  });
});

test('the cache forgets what was not asked for the longest', () => {
  const cache = new LruCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2]);
});

describe('the audit of denials', () => {
  function makeAudit() {
    const clock = new ManualClock();
    const commands: Command[] = [];
    const append = async (command: Command) => {
      commands.push(command);
    };
    return { clock, commands, audit: new DenialAudit({ append, clock, logger: silentLogger }) };
  }
  const totalOf = (commands: Command[]) =>
    commands
      .flatMap((command) => (command.data as { denials: { count: number }[] }).denials)
      .reduce((sum, { count }) => sum + count, 0);

  test('writes the first of a kind at once and the number of the others when the window ends', async () => {
    const { audit, clock, commands } = makeAudit();
    const actor = { kind: 'anonymous' as const, id: 'anonymous', address: '192.0.2.1' };
    for (let time = 0; time < 500; time += 1) audit.record({ actor, reason: 'login-failed', requestId: 'r' });
    expect(commands).toHaveLength(1);
    clock.advance(60_000);
    expect(commands).toHaveLength(2);
    expect(totalOf(commands)).toBe(500);
    await audit[Symbol.asyncDispose]();
    expect(commands).toHaveLength(2);
  });

  test('a flood from everywhere costs a bounded number of commands, and every denial is counted', async () => {
    const { audit, clock, commands } = makeAudit();
    const flood = 20_000;
    for (let from = 0; from < flood; from += 1) {
      const actor = { kind: 'anonymous' as const, id: 'anonymous', address: `198.51.${from >> 8}.${from & 255}` };
      audit.record({ actor, reason: 'token-invalid', requestId: 'r' });
    }
    clock.advance(60_000);
    await audit[Symbol.asyncDispose]();
    expect(commands.length).toBeLessThanOrEqual(33);
    expect(totalOf(commands)).toBe(flood);
    const largest = commands.at(-1)?.data as { denials: unknown[] };
    expect(largest.denials.length).toBeLessThanOrEqual(520);
  });
});

test('signing keys: a new one when the newest is old, and an old one goes when its successor has long signed', () => {
  const key = (id: string, createdAtMs: number) => ({ id, createdAtMs });
  expect(planRotation([], 0)).toEqual({ isNewNeeded: true, outdated: [] });
  expect(planRotation([key('a', 0)], SIGNING_KEY_LIFE_MS - 1)).toEqual({ isNewNeeded: false, outdated: [] });
  expect(planRotation([key('a', 0)], SIGNING_KEY_LIFE_MS)).toEqual({ isNewNeeded: true, outdated: [] });
  const both = [key('b', 1000), key('a', 0)];
  expect(planRotation(both, 1000 + RETIREMENT_MS - 1).outdated).toEqual([]);
  expect(planRotation(both, 1000 + RETIREMENT_MS).outdated).toEqual(['a']);
});
