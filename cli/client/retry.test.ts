import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../common/clock/index.ts';
import { Forbidden, TooManyRequests, Unavailable } from '../../common/errors/index.ts';
import { isTransient, type RetryPolicy, retryWaitMs, withRetries } from './retry.ts';

describe('waiting before another try', () => {
  test('doubles up to a bound, less up to half of it by chance', () => {
    expect([1, 2, 3, 9].map((attempt) => retryWaitMs(attempt, 0, 60_000, undefined, 0))).toEqual([
      500, 1000, 2000, 8000,
    ]);
    expect(retryWaitMs(3, 0, 60_000, undefined, 1)).toBe(1000);
  });

  test('is never shorter than the server asked for', () => {
    expect(retryWaitMs(1, 0, 60_000, 7, 0.5)).toBe(7000);
  });

  test('ends when there is no time left', () => {
    expect(retryWaitMs(1, 29_800, 30_000, undefined, 0)).toBeUndefined();
  });
});

test('what passes is tried again, what stays is not', () => {
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  expect([reset, new AggregateError([reset]), new Unavailable('x'), new TooManyRequests('x')].every(isTransient)).toBe(
    true,
  );
  expect(
    [new Forbidden('x'), new Error('x'), Object.assign(new Error('x'), { code: 'ENOENT' })].some(isTransient),
  ).toBe(false);
});

test('progress starts the time anew, so that a slow but moving transfer is never given up', async () => {
  const clock = new ManualClock();
  const policy: RetryPolicy = {
    retryForMs: 1_000,
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      setTimer: clock.setTimer.bind(clock),
      sleep: async (ms) => clock.advance(ms),
    },
    random: () => 0,
    signal: new AbortController().signal,
    onRetry: () => undefined,
  };
  let tries = 0;
  const moving = withRetries(policy, async (progressed) => {
    tries += 1;
    if (tries === 10) return 'done';
    progressed();
    throw new Unavailable('later', { retryAfterSeconds: 0 });
  });
  expect(await moving).toBe('done');
  const stuck = withRetries(policy, async () => {
    throw new Unavailable('never', { retryAfterSeconds: 0 });
  });
  await expect(stuck).rejects.toThrow('never');
});
