import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../common/filesystem/index.ts';
import { CallBatcher } from './call-batcher.ts';

interface Call {
  items: number[];
  answer(answers: Answer<number>[]): void;
  fail(error: unknown): void;
}

function makeBatcher(maxWaiting = 100) {
  const calls: Call[] = [];
  const batcher = new CallBatcher<number, number>({
    name: 'a test',
    maxItemsPerCall: 3,
    maxCallsInFlight: 2,
    maxWaiting,
    soon: queueMicrotask,
    send: (items) => new Promise((answer, fail) => calls.push({ items, answer, fail })),
  });
  return { batcher, calls };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const ok = (value: number): Answer<number> => ({ ok: true, value });

describe('calls to the master', () => {
  test('what comes while two calls are in flight goes together in the next', async () => {
    const { batcher, calls } = makeBatcher();
    const first = batcher.submit(1);
    await settled();
    const second = batcher.submit(2);
    await settled();
    const rest = [3, 4, 5, 6].map((item) => batcher.submit(item));
    await settled();
    expect(calls.map((call) => call.items)).toEqual([[1], [2]]);
    calls[0]?.answer([ok(10)]);
    expect(await first).toBe(10);
    await settled();
    expect(calls.map((call) => call.items)).toEqual([[1], [2], [3, 4, 5]]);
    calls[1]?.answer([ok(20)]);
    calls[2]?.answer([ok(30), ok(40), ok(50)]);
    await settled();
    calls[3]?.answer([ok(60)]);
    expect(await Promise.all([second, ...rest])).toEqual([20, 30, 40, 50, 60]);
  });

  test('every item has its own outcome', async () => {
    const { batcher, calls } = makeBatcher();
    const answers = Promise.allSettled([batcher.submit(1), batcher.submit(2), batcher.submit(3)]);
    await settled();
    const problem = { type: 'urn:bramble:problem:chunk-sealed', title: 'Sealed', status: 409, detail: 'Elsewhere.' };
    calls[0]?.answer([ok(1), { ok: false, problem }]);
    const [first, second, third] = await answers;
    expect(first).toEqual({ status: 'fulfilled', value: 1 });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'chunk-sealed', status: 409 } });
    expect(third).toMatchObject({ status: 'rejected', reason: { status: 502 } });
  });

  test('a call that fails fails its items, and the next ones go on', async () => {
    const { batcher, calls } = makeBatcher();
    const failed = batcher.submit(1);
    await settled();
    calls[0]?.fail(new Error('gone'));
    await expect(failed).rejects.toThrow('gone');
    const next = batcher.submit(2);
    await settled();
    calls[1]?.answer([ok(2)]);
    expect(await next).toBe(2);
  });

  test('more than may wait are refused at once', async () => {
    const { batcher, calls } = makeBatcher(2);
    const waiting = [batcher.submit(1), batcher.submit(2)];
    await expect(batcher.submit(3)).rejects.toMatchObject({ status: 503 });
    await settled();
    calls[0]?.answer([ok(1), ok(2)]);
    expect(await Promise.all(waiting)).toEqual([1, 2]);
  });
});
