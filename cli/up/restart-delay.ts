/** How long to wait before a process that died is started again. Pure. */
const FIRST_MS = 100;
const LONGEST_MS = 15_000;

/** `deaths` in a row, this one counted: 100 ms, then doubling up to 15 s. */
export function restartDelayMs(deaths: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(deaths - 1, 16));
}

/** How many deaths in a row there are now, when a process that ran for `ranMs` died after `before` others. */
export function deathsInARow(before: number, ranMs: number, healthyAfterMs: number): number {
  return ranMs >= healthyAfterMs ? 1 : before + 1;
}
