/** A lock between commands of one user: a file that is there while somebody holds it, with the holder's pid in it. */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { systemClock } from '../../common/clock/index.ts';
import { Conflict } from '../../common/errors/index.ts';

const WAIT_MS = 40_000;
const POLL_MS = 25;
/** Whoever holds it this long is taken to be gone, whatever process has its pid now. */
const STALE_MS = 120_000;

/** @throws Conflict when another process holds it for too long. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = systemClock.monotonic() + WAIT_MS;
  while (!(await tryLock(path))) {
    if (systemClock.monotonic() > deadline) {
      throw new Conflict(`Another bramble command holds ${path}; if none is running, remove that file.`, {
        code: 'locked',
      });
    }
    await systemClock.sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** By a hard link, so that the lock never exists without its holder's pid in it. */
async function tryLock(path: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await breakStale(path);
    return false;
  } finally {
    await rm(own, { force: true });
  }
}

async function breakStale(path: string): Promise<void> {
  try {
    const [holder, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    if (isAlive(Number(holder)) && systemClock.now() - mtimeMs < STALE_MS) return;
    // Renamed first: of several that find it stale, one wins, and none removes a lock taken since.
    const aside = `${path}.stale.${randomUUID()}`;
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) === holder) await rm(aside, { force: true });
    else await link(aside, path).finally(() => rm(aside, { force: true }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
