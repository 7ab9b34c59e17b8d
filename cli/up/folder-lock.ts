/**
 * `up.lock`: one supervisor per data folder. Its first line is the supervisor's pid, the following ones say when it began
 * and which children it has, so that who takes over a dead one's folder can wait until its children have ended too.
 */
import { readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../common/clock/index.ts';
import { Conflict } from '../../common/errors/index.ts';
import { isStillRunning, processBirth } from './process-birth.ts';

export interface LockedProcess {
  pid: number;
  birth: string | undefined;
}

interface LockContent {
  owner: LockedProcess;
  children: LockedProcess[];
}

/** Children end by themselves when their supervisor is gone; those that hang are killed after this. */
const CHILDREN_END_MS = 4_000;
/** Longer than ending the children of a dead one takes. */
const TURN_MS = 6_000;

export class FolderLock implements AsyncDisposable {
  readonly #path: string;
  readonly #owner: LockedProcess;
  readonly #children = new Map<string, LockedProcess>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, owner: LockedProcess) {
    this.#path = path;
    this.#owner = owner;
  }

  /** @throws Conflict naming the pid that has the folder; Node's error when the folder cannot be written. */
  static async take(folder: string, clock: Clock, pid = process.pid): Promise<FolderLock> {
    const path = join(folder, 'up.lock');
    await using _turn = await takeTurn(folder, clock);
    const text = await readIfThere(path);
    if (text !== undefined) await takeOver(parse(text), clock);
    const lock = new FolderLock(path, { pid, birth: await processBirth(pid) });
    await lock.#write();
    return lock;
  }

  /** Writes down that `name` now runs as `pid`. */
  async addChild(name: string, pid: number): Promise<void> {
    this.#children.set(name, { pid, birth: await processBirth(pid) });
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    // Somebody may have removed it, and somebody else taken the folder since: that one's lock is not ours to remove.
    const text = await readIfThere(this.#path);
    if (text !== undefined && parse(text).owner.pid === this.#owner.pid) await unlink(this.#path);
  }

  async #write(): Promise<void> {
    const next = `${this.#path}.${this.#owner.pid}`;
    await writeFile(next, format({ owner: this.#owner, children: [...this.#children.values()] }));
    await rename(next, this.#path);
  }
}

/**
 * Only one at a time may judge a lock and replace it. A name in Linux's abstract socket space (unix(7)) is given to one,
 * and given back by the kernel whatever happens to it.
 */
async function takeTurn(folder: string, clock: Clock): Promise<AsyncDisposable> {
  const { dev, ino } = await stat(folder);
  const deadline = clock.monotonic() + TURN_MS;
  for (;;) {
    const server = createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject).listen(`\0bramble-up/${dev}/${ino}`, resolve);
    try {
      await promise;
      return { [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
    if (clock.monotonic() > deadline) {
      throw new Conflict('another `bramble up` is just starting in this folder.', { code: 'already-up' });
    }
    await clock.sleep(20);
  }
}

/** Waits until what a dead supervisor left has ended. @throws Conflict when the supervisor lives. */
async function takeOver({ owner, children }: LockContent, clock: Clock): Promise<void> {
  if (await holds(owner)) {
    throw new Conflict(
      `this folder is in use by \`bramble up\` with pid ${owner.pid}; stop that one (kill ${owner.pid}) or choose another ` +
        `folder (--data).`,
      { code: 'already-up' },
    );
  }
  await endChildren(children, clock);
}

/** A pid without its birth proves little: then the program must look like ours. */
async function holds(owner: LockedProcess): Promise<boolean> {
  if (owner.pid <= 0 || !(await isStillRunning(owner.pid, owner.birth))) return false;
  if (owner.birth !== undefined || process.platform !== 'linux') return true;
  return /cli\/main\.ts|bramble/.test((await readIfThere(`/proc/${owner.pid}/cmdline`)) ?? '');
}

async function endChildren(children: readonly LockedProcess[], clock: Clock): Promise<void> {
  const deadline = clock.monotonic() + CHILDREN_END_MS;
  const known = children.filter((child) => child.birth !== undefined);
  for (const child of known) {
    while (await isStillRunning(child.pid, child.birth)) {
      if (clock.monotonic() >= deadline) process.kill(child.pid, 'SIGKILL');
      await clock.sleep(20);
    }
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function format({ owner, children }: LockContent): string {
  const lines = children.map((child) => `child ${child.pid} ${child.birth ?? ''}`.trim());
  return [owner.pid, `born ${owner.birth ?? ''}`.trim(), ...lines, ''].join('\n');
}

function parse(text: string): LockContent {
  const [first = '', second = '', ...rest] = text.split('\n');
  const [, birth] = second.split(' ');
  return {
    owner: { pid: Number.parseInt(first, 10) || 0, birth: birth || undefined },
    children: rest
      .map((line) => line.split(' '))
      .filter(([word, pid]) => word === 'child' && Number(pid) > 0)
      .map(([, pid, born]) => ({ pid: Number(pid), birth: born })),
  };
}
