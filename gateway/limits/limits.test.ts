import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeBody } from '../entry/body-watch.ts';
import { addressKey } from './request-rate.ts';
import { TokenBuckets } from './token-bucket.ts';

describe('token buckets', () => {
  test('a burst is let through, then the rate', () => {
    const buckets = new TokenBuckets({ perSecond: 10, burst: 3, entries: 10 });
    expect([0, 0, 0].map((nowMs) => buckets.take('a', nowMs))).toEqual([0, 0, 0]);
    expect(buckets.take('a', 0)).toBe(100);
    expect(buckets.take('a', 50)).toBe(50);
    expect(buckets.take('a', 100)).toBe(0);
    expect(buckets.take('b', 100)).toBe(0);
  });

  test('no key ever gets more than its burst and its rate, and no more keys are kept than allowed', () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(300));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const buckets = new TokenBuckets({ perSecond: 5, burst: 4, entries: 3 });
        const taken = new Map<string, number>();
        let nowMs = 0;
        for (const [key, waitMs] of steps) {
          nowMs += waitMs;
          if (buckets.take(key, nowMs) === 0) taken.set(key, (taken.get(key) ?? 0) + 1);
          expect(taken.get(key) ?? 0).toBeLessThanOrEqual(4 + (nowMs * 5) / 1000 + 1e-6);
          expect(buckets.size).toBeLessThanOrEqual(3);
        }
      }),
    );
  });

  test('the key not used for longest is forgotten first', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1, entries: 2 });
    for (const key of ['a', 'b', 'a', 'c']) buckets.take(key, 0);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
    expect(buckets.take('b', 0)).toBe(0);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test.each([
  [999, 0, 'early'],
  [1000, 0, 'too-slow'],
  [1000, 99, 'too-slow'],
  [1000, 100, 'fast-enough'],
  [5000, 499, 'too-slow'],
] as const)('after %d ms, %d bytes are %s', (elapsedMs, bytes, verdict) => {
  expect(judgeBody({ bodyIdleTimeout: 1000, bodyMinBytesPerSecond: 100 }, elapsedMs, bytes)).toBe(verdict);
});
