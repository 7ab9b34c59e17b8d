/**
 * When a PGlite folder may be trusted. PGlite never calls fsync: after a kill the kernel still has every write and
 * PostgreSQL's recovery makes it whole, but after a power cut pages and WAL may be torn anywhere. So a note beside the
 * folder says whether the database was made to the end, and under which boot of the machine it was last open. A folder
 * that was open when the machine went down is thrown away: the records are rebuilt from snapshot and log.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { Disk } from '../../common/disk/index.ts';
import type { Logger } from '../../common/logging/index.ts';

const BOOT_ID_PATH = '/proc/sys/kernel/random/boot_id';
const note = z.object({ bootId: z.string(), isClosed: z.boolean() });
type Note = z.infer<typeof note>;

export interface PgliteFolderOptions {
  folder: string;
  disk: Disk;
  logger: Logger;
  /** Tells one boot of the machine from another; the kernel's own id when absent. */
  bootId?: string;
}

export class PgliteFolder {
  readonly #options: PgliteFolderOptions;
  readonly #bootId: string;

  private constructor(options: PgliteFolderOptions, bootId: string) {
    this.#options = options;
    this.#bootId = bootId;
  }

  static async open(options: PgliteFolderOptions): Promise<PgliteFolder> {
    await options.disk.makeFolder(options.folder);
    return new PgliteFolder(options, options.bootId ?? (await readBootId(options.disk)));
  }

  /** Where PGlite keeps its files. */
  get dataFolder(): string {
    return join(this.#options.folder, 'pglite');
  }

  /** Whether there is a database that can be opened; what cannot be trusted is cleared away. */
  async hasDatabase(): Promise<boolean> {
    const { disk, logger } = this.#options;
    if (!(await disk.exists(this.dataFolder))) return false;
    const written = await this.#readNote();
    if (!written) {
      logger.warn({ folder: this.dataFolder }, 'the records were not made to the end; they are made anew');
      await disk.remove(this.dataFolder);
      return false;
    }
    if (written.isClosed || written.bootId === this.#bootId) return true;
    logger.warn({ folder: this.dataFolder }, 'the machine went down while the records were open; they are rebuilt');
    await this.#forget();
    await disk.remove(this.dataFolder);
    return false;
  }

  /** Takes a folder that cannot be opened out of the way, for someone to look at; the one set aside before is removed. */
  async setAside(reason: unknown): Promise<void> {
    const { disk, folder, logger } = this.#options;
    const aside = join(folder, 'pglite.unreadable');
    await this.#forget();
    await disk.remove(aside);
    await disk.rename(this.dataFolder, aside);
    await disk.syncFolder(folder);
    logger.error({ err: reason, aside }, 'the records cannot be opened; they are set aside and rebuilt from the log');
  }

  /** The database is whole and open from here on. */
  async noteOpen(): Promise<void> {
    await this.#writeNote({ bootId: this.#bootId, isClosed: false });
  }

  /** PGlite has closed the database: make its files durable, then say so. */
  async noteClosed(): Promise<void> {
    await syncTree(this.#options.disk, this.dataFolder);
    await this.#writeNote({ bootId: this.#bootId, isClosed: true });
  }

  get #notePath(): string {
    return join(this.#options.folder, 'pglite.json');
  }

  async #readNote(): Promise<Note | undefined> {
    const { disk } = this.#options;
    if (!(await disk.exists(this.#notePath))) return undefined;
    return note.parse(JSON.parse((await disk.readFile(this.#notePath)).toString('utf8')));
  }

  async #writeNote(value: Note): Promise<void> {
    await this.#options.disk.replaceFile(this.#notePath, Buffer.from(JSON.stringify(value)));
  }

  async #forget(): Promise<void> {
    await this.#options.disk.remove(this.#notePath);
    await this.#options.disk.syncFolder(this.#options.folder);
  }
}

/** Where the kernel does not say, every start counts as a new boot: only a cleanly closed folder is trusted. */
async function readBootId(disk: Disk): Promise<string> {
  if (await disk.exists(BOOT_ID_PATH)) return (await disk.readFile(BOOT_ID_PATH)).toString('utf8').trim();
  return crypto.randomUUID();
}

async function syncTree(disk: Disk, folder: string): Promise<void> {
  const entries = await disk.list(folder);
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory) return await syncTree(disk, path);
      await using file = await disk.open(path, 'read');
      await file.sync();
    }),
  );
  await disk.syncFolder(folder);
}
