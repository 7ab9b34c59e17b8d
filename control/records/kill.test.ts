import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '../../common/clock/index.ts';
import { SqlView } from './sql-view.ts';
import { COUNTER_TABLE, counterApplier, counters } from './test-counter.ts';
import { silentLogger, TestRecordsPlace } from './test-records.ts';

const PROGRAM = fileURLToPath(new URL('./test-applying-process.ts', import.meta.url));

/** Runs the program until it has said `heights` of them (or, with none, for a while), kills it, answers the last one said. */
async function runAndKill(place: TestRecordsPlace, until: { heights: number } | { ms: number }): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, place.folder, place.databaseUrl ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const timer = 'ms' in until ? setTimeout(() => child.kill('SIGKILL'), until.ms) : undefined;
  let said = 0;
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    said += 1;
    if ('heights' in until && said === until.heights) child.kill('SIGKILL');
  }
  clearTimeout(timer);
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return last;
}

async function stateOf(place: TestRecordsPlace): Promise<{ height: number; values: Record<string, number> }> {
  await using records = await place.open();
  await records.script(COUNTER_TABLE);
  const appliers = [counterApplier];
  const view = await SqlView.open({
    records,
    appliers,
    logIdentity: 'log-1',
    clock: systemClock,
    logger: silentLogger,
  });
  return { height: view.appliedHeight(), values: await counters(records) };
}

test('entries are applied exactly once, however often the process is killed', { timeout: 120_000 }, async () => {
  await using place = await TestRecordsPlace.create();
  let atLeast = 0;
  for (const heights of [1, 37, 8, 90]) {
    atLeast = await runAndKill(place, { heights });
    const { height, values } = await stateOf(place);
    expect(height).toBeGreaterThanOrEqual(atLeast);
    expect(values).toEqual({ entries: height, sum: (height * (height + 1)) / 2 });
  }
});

test('a process killed while it makes the records leaves a folder that opens', { timeout: 120_000 }, async () => {
  await using place = await TestRecordsPlace.create();
  for (const ms of [300, 700, 1100]) {
    await rm(place.folder, { recursive: true, force: true });
    const last = await runAndKill(place, { ms });
    const { height, values } = await stateOf(place);
    expect(height).toBeGreaterThanOrEqual(last);
    expect(values.entries ?? 0).toBe(height);
  }
});
