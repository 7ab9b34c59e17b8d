import { expect, test } from 'vitest';
import { ManualClock } from './index.ts';

test('timers run in the order they fall due, each at its own time', () => {
  const clock = new ManualClock(0);
  const seen: [string, number][] = [];
  clock.setTimer(20, () => seen.push(['late', clock.now()]));
  clock.setTimer(10, () => {
    seen.push(['early', clock.now()]);
    clock.setTimer(5, () => seen.push(['chained', clock.now()]));
  });
  using cancelled = clock.setTimer(1, () => seen.push(['cancelled', clock.now()]));
  cancelled[Symbol.dispose]();
  clock.advance(30);
  expect(seen).toEqual([
    ['early', 10],
    ['chained', 15],
    ['late', 20],
  ]);
  expect(clock.now()).toBe(30);
});

test('a sleep ends at its time, or with the reason it is aborted for', async () => {
  const clock = new ManualClock(0);
  const slept = clock.sleep(100);
  const controller = new AbortController();
  const aborted = clock.sleep(100, controller.signal);
  controller.abort(new Error('enough'));
  clock.advance(100);
  await slept;
  await expect(aborted).rejects.toThrow('enough');
});
