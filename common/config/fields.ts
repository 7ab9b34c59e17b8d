/** Field types that configurations share. Each takes what a person would write and gives what the code needs. */
import { z } from 'zod';

const SIZE_UNITS: Record<string, number> = { '': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
const TIME_UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `64MiB`, `10GiB` or a number of bytes. */
export function sizeBytes(fallback: string | number) {
  return z
    .union([z.int().nonnegative(), z.string().regex(/^\d+ ?(B|KiB|MiB|GiB|TiB)?$/, 'a size such as 64MiB')])
    .default(fallback)
    .transform((value) => quantity(value, SIZE_UNITS));
}

/** `500ms`, `30s`, `15m`, `1h`, `7d` or a number of milliseconds. */
export function durationMs(fallback: string | number) {
  return z
    .union([z.int().nonnegative(), z.string().regex(/^\d+ ?(ms|s|m|h|d)$/, 'a duration such as 30s')])
    .default(fallback)
    .transform((value) => quantity(value, TIME_UNITS));
}

/** A TCP port; 0 for any free one. */
export function port(fallback: number) {
  return z.int().min(0).max(65_535).default(fallback);
}

/** `host:port`. */
export const address = z.string().regex(/^[^\s/]+:\d{1,5}$/, 'host:port');

function quantity(value: string | number, units: Record<string, number>): number {
  if (typeof value === 'number') return value;
  const match = /^(\d+) ?([A-Za-z]*)$/.exec(value);
  return Number(match?.[1]) * (units[match?.[2] ?? ''] ?? 1);
}
