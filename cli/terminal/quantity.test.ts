import { expect, test } from 'vitest';
import { formatRemaining, formatSize, parseDurationMs, parseMoment, parseSize } from './quantity.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 KiB'],
  [1536, '1.5 KiB'],
  [1023 * 1024, '1 MiB'],
  [64 * 2 ** 20, '64 MiB'],
  [5.25 * 2 ** 40, '5.3 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test('remaining time is minutes and seconds, and nothing beyond reason', () => {
  expect([0, 6.2, 754, 3723, 1e9, Number.NaN].map(formatRemaining)).toEqual([
    '0:00',
    '0:07',
    '12:34',
    '1:02:03',
    '-:--',
    '-:--',
  ]);
});

test('durations have a unit', () => {
  expect(['500ms', '30s', '15m', '12h', '7d', '2w', '1.5h'].map(parseDurationMs)).toEqual([
    500, 30_000, 900_000, 43_200_000, 604_800_000, 1_209_600_000, 5_400_000,
  ]);
  for (const wrong of ['', '5', '-1s', '1y', 'd']) expect(() => parseDurationMs(wrong)).toThrow('is not a duration');
});

test('a moment is a time, or how long ago', () => {
  const now = Date.UTC(2026, 4, 2);
  expect(parseMoment('1d', now)).toBe('2026-05-01T00:00:00.000Z');
  expect(parseMoment('2026-05-01T12:00Z', now)).toBe('2026-05-01T12:00:00.000Z');
  expect(() => parseMoment('yesterday', now)).toThrow();
});

test('sizes are read as they are written', () => {
  expect(['0', '4096', '10MiB', '1.5 KiB', '2TiB'].map(parseSize)).toEqual([0, 4096, 10 << 20, 1536, 2 * 1024 ** 4]);
  for (const wrong of ['', 'x', '-1', '1MB', '99999999PiB']) expect(() => parseSize(wrong)).toThrow('is not a size');
});
