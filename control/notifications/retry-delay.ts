import type { Random } from '../../common/ids/index.ts';

const FIRST_MS = 500;
const LONGEST_MS = 60_000;

/** How long to wait after `failures` in a row: doubling up to a minute, of which a random half is taken off at most. */
export function retryDelayMs(failures: number, random: Random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  const [byte = 0] = random.bytes(1);
  return Math.round(full * (1 - byte / 510));
}
