import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is true. @throws Error after `deadlineMs`. */
export async function waitFor(what: string, ask: () => Promise<boolean> | boolean, deadlineMs = 30_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`);
    await delay(20);
  }
}
