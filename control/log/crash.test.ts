import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeDisk } from '../../common/disk/index.ts';
import { openTestLog } from './test-log.ts';
import { verifyLog } from './verify-log.ts';

const ROUNDS = 20;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-log-crash-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Appends in a process of its own until so many commands were answered, then kills it; the answered ids. */
async function appendUntilKilled(round: number, afterAnswers: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test-appender.ts'), folder, `${round}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  child.stdout.on('data', (bytes) => {
    output += bytes;
    if (output.split('\n').length > afterAnswers) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_, how) => resolve(how)));
  expect(`${signal} ${errors}`).toBe('SIGKILL ');
  // The last line may be cut in the middle; every other one was answered.
  return output.split('\n').slice(0, -1);
}

test('a process killed at any moment loses no command that it had answered', { timeout: 120_000 }, async () => {
  const answered: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    answered.push(...(await appendUntilKilled(round, (round * 97) % 400)));
    expect(await verifyLog({ disk: nodeDisk, folder })).toMatchObject({ ok: true });
  }
  const { log, view } = await openTestLog(nodeDisk, { folder });
  const kept = view.applied.map(({ requestId }) => requestId);
  expect(new Set(kept).size).toBe(kept.length);
  const missing = new Set(answered).difference(new Set(kept));
  expect([...missing]).toEqual([]);
  expect(answered.length).toBeGreaterThan(ROUNDS * 50);
  await log[Symbol.asyncDispose]();
});
