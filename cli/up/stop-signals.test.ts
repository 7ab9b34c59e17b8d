import { expect, test } from 'vitest';
import { ManualClock } from '../../common/clock/index.ts';
import { StopSignals } from './stop-signals.ts';

test('the first signal stops, its echo means nothing, a later one is a second', () => {
  const clock = new ManualClock();
  let seconds = 0;
  using signals = new StopSignals(clock, () => {
    seconds += 1;
  });
  expect(signals.stop.aborted).toBe(false);
  process.emit('SIGINT');
  process.emit('SIGINT');
  expect(signals.stop.aborted).toBe(true);
  expect(seconds).toBe(0);
  clock.advance(1_000);
  process.emit('SIGTERM');
  expect(seconds).toBe(1);
});

test('nothing is heard any more afterwards', () => {
  const before = process.listenerCount('SIGINT');
  {
    using _signals = new StopSignals(new ManualClock(), () => {});
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
  }
  expect(process.listenerCount('SIGINT')).toBe(before);
});
