/** What a transfer needs to be resumed by the same command later: a small file each, in the config home. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeDisk } from '../../common/disk/index.ts';

/** Uploads expire on the server before this; older state is of no use. */
const KEPT_MS = 14 * 24 * 3_600_000;

export class TransferStates<State> {
  readonly #folder: string;
  readonly #isState: (value: unknown) => value is State;

  constructor(home: string, kind: 'uploads' | 'downloads', isState: (value: unknown) => value is State) {
    this.#folder = join(home, kind);
    this.#isState = isState;
  }

  /** @param identity all that must be the same for a transfer to be the same. */
  async read(identity: readonly (string | number)[]): Promise<State | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#path(identity), 'utf8'));
      return this.#isState(value) ? value : undefined;
    } catch (error) {
      // A damaged file only costs starting from the beginning.
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(identity: readonly (string | number)[], state: State): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await nodeDisk.replaceFile(this.#path(identity), Buffer.from(JSON.stringify(state)), { mode: 0o600 });
  }

  async remove(identity: readonly (string | number)[]): Promise<void> {
    await rm(this.#path(identity), { force: true });
  }

  /** Removes what nobody came back for. */
  async sweep(nowMs: number): Promise<void> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      const path = join(this.#folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: nowMs })); // removed meanwhile by another command
      if (nowMs - mtimeMs > KEPT_MS) await rm(path, { force: true });
    }
  }

  #path(identity: readonly (string | number)[]): string {
    return join(this.#folder, `${createHash('sha256').update(JSON.stringify(identity)).digest('hex')}.json`);
  }
}
