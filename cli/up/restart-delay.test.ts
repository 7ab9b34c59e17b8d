import { expect, test } from 'vitest';
import { deathsInARow, restartDelayMs } from './restart-delay.ts';

test('the first restart is nearly at once, the next ones wait twice as long each, 15 s at most', () => {
  expect([1, 2, 3, 4, 8, 9, 1_000].map(restartDelayMs)).toEqual([100, 200, 400, 800, 12_800, 15_000, 15_000]);
});

test('a death after a healthy while is a first one', () => {
  expect(deathsInARow(7, 10_000, 10_000)).toBe(1);
  expect(deathsInARow(7, 9_999, 10_000)).toBe(8);
});
