/** Syncs of folders, shared: all that ask while one is running are served by the next one. */
import type { Disk } from '../../common/disk/index.ts';

export class FolderSyncs {
  readonly #disk: Disk;
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Resolves when every name made in the folder before this call is durable. */
  sync(folder: string): Promise<void> {
    const running = this.#running.get(folder);
    if (!running) return this.#start(folder);
    const waiting =
      this.#waiting.get(folder) ??
      running
        .catch(() => undefined) // its failure is told to those who asked for it
        .then(() => {
          this.#waiting.delete(folder);
          return this.#start(folder);
        });
    this.#waiting.set(folder, waiting);
    return waiting;
  }

  async #start(folder: string): Promise<void> {
    const run = this.#disk.syncFolder(folder);
    this.#running.set(folder, run);
    try {
      await run;
    } finally {
      if (this.#running.get(folder) === run) this.#running.delete(folder);
    }
  }
}
