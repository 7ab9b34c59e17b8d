import { expect, test } from 'vitest';
import { deathsInARow, HEALTHY_AFTER_MS, restartDelayMs } from './restart-delay.ts';

test('the first restart is nearly at once, the next ones wait twice as long each, 15 s at most', () => {
  expect([1, 2, 3, 4, 8, 9, 1_000].map(restartDelayMs)).toEqual([100, 200, 400, 800, 12_800, 15_000, 15_000]);
});

test('a death after a healthy while is a first one', () => {
  expect(deathsInARow(7, HEALTHY_AFTER_MS)).toBe(1);
  expect(deathsInARow(7, HEALTHY_AFTER_MS - 1)).toBe(8);
});
