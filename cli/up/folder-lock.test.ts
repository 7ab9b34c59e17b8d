import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../common/clock/index.ts';
import { FolderLock } from './folder-lock.ts';
import { isAlive, processBirth } from './process-birth.ts';

let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-lock-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

const take = (pid?: number) => FolderLock.take(folder, systemClock, pid);

function sleeper(): number {
  const child = spawn('sleep', ['60']);
  children.push(child);
  return child.pid ?? 0;
}

async function gone(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await systemClock.sleep(5);
}

describe('the lock of a data folder', () => {
  test('names its owner, is refused to a second one with the pid, and is gone when given back', async () => {
    {
      await using _lock = await take();
      expect(await readFile(join(folder, 'up.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
      await expect(take(sleeper())).rejects.toThrow(new RegExp(`with pid ${process.pid};`));
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('is taken over when its owner is dead', async () => {
    const pid = sleeper();
    await take(pid);
    await gone(pid);
    await using _lock = await take();
    expect(await readFile(join(folder, 'up.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
    expect(await readdir(folder)).toEqual(['up.lock']);
  });

  test.each([
    ['its owner’s pid belongs to a later program', (pid: number) => `${pid}\nborn another-boot/1\n`],
    ['its owner’s pid, all it says, is another program’s', (pid: number) => `${pid}\n`],
    ['it says nothing', () => ''],
  ])('is taken over when %s', async (_case, content) => {
    await writeFile(join(folder, 'up.lock'), content(sleeper()));
    await using _lock = await take();
    expect(await readFile(join(folder, 'up.lock'), 'utf8')).toContain(`born ${await processBirth(process.pid)}`);
  });

  test('is taken over only when the children of the dead owner have ended', async () => {
    const owner = sleeper();
    const lock = await take(owner);
    const child = sleeper();
    await lock.addChild('control', child);
    await gone(owner);
    const ending = systemClock.sleep(300).then(() => process.kill(child, 'SIGTERM'));
    await using _lock = await take();
    await ending;
    expect(await processBirth(child)).toBeUndefined();
  });

  test('goes to one of many that want it at the same time', async () => {
    const stale = sleeper();
    await take(stale);
    await gone(stale);
    const results = await Promise.allSettled([sleeper(), sleeper(), sleeper(), sleeper()].map((pid) => take(pid)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
