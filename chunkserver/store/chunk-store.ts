/**
 * The replicas on this machine: their files, and what is known of them. It knows versions, lengths and durability, and
 * nothing of chains, leases or HTTP.
 */
import type { Disk, DiskFile } from '../../common/disk/index.ts';
import { Conflict, NotFound, Unavailable } from '../../common/errors/index.ts';
import type { ChunkReport } from '../../common/filesystem/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { ChangeLog } from './change-log.ts';
import { Chunk } from './chunk.ts';
import { ChunkFolders } from './chunk-folders.ts';
import type { ChunkKind } from './chunk-name.ts';
import type { DiskCondition } from './disk-condition.ts';
import { FileCache, type FileLease } from './file-cache.ts';
import { FolderSyncs } from './folder-syncs.ts';
import { recoverChunks } from './recover-chunks.ts';

export interface ChunkStoreOptions {
  disk: Disk;
  dataFolder: string;
  condition: DiskCondition;
  /** Chunk files kept open while nobody uses them. */
  openFiles: number;
  logger: Logger;
}

export class ChunkStore implements AsyncDisposable {
  /** What the next heartbeat has to tell. */
  readonly changes = new ChangeLog();
  readonly condition: DiskCondition;
  readonly #disk: Disk;
  readonly #folders: ChunkFolders;
  readonly #files: FileCache;
  readonly #folderSyncs: FolderSyncs;
  readonly #logger: Logger;
  readonly #creating = new Map<string, Promise<Chunk>>();
  #chunks = new Map<string, Chunk>();

  private constructor(options: ChunkStoreOptions) {
    this.#disk = options.disk;
    this.#logger = options.logger;
    this.#folders = new ChunkFolders(options.dataFolder);
    this.#files = new FileCache(options.openFiles, (error) =>
      this.#logger.error({ err: error }, 'closing a chunk file failed'),
    );
    this.#folderSyncs = new FolderSyncs(options.disk);
    this.condition = options.condition;
  }

  /** Makes the folders when missing, lists what is there, cuts torn tails. */
  static async open(options: ChunkStoreOptions): Promise<ChunkStore> {
    const store = new ChunkStore(options);
    await store.#folders.make(options.disk);
    store.#chunks = await recoverChunks(options.disk, store.#folders, options.logger);
    return store;
  }

  get size(): number {
    return this.#chunks.size;
  }

  find(id: string): Chunk | undefined {
    return this.#chunks.get(id);
  }

  reports(): ChunkReport[] {
    return [...this.#chunks.values()].map((chunk) => chunk.report);
  }

  /** The chunk, with an empty file when there was none. @throws the disk's refusal when a file would have to be made. */
  async findOrCreate(id: string, version: number, kind: ChunkKind): Promise<Chunk> {
    const known = this.#chunks.get(id) ?? (await this.#creating.get(id));
    if (known) return known;
    if (this.condition.refusal) throw this.condition.refusal;
    const creating = this.#create(id, version, kind);
    this.#creating.set(id, creating);
    try {
      return await creating;
    } finally {
      this.#creating.delete(id);
    }
  }

  /** @throws NotFound `chunk-missing`. */
  require(id: string): Chunk {
    const chunk = this.#chunks.get(id);
    if (!chunk) throw new NotFound(`This chunkserver has no replica of ${id}.`, { code: 'chunk-missing' });
    return chunk;
  }

  /** The open file, to be disposed of. @throws NotFound `chunk-missing` when it was removed meanwhile. */
  async file(chunk: Chunk): Promise<FileLease> {
    const mode = chunk.state === 'sealed' ? 'read' : 'write';
    const path = this.#folders.pathOf(chunk);
    this.require(chunk.id);
    return await this.#files.acquire(chunk.id, () => this.#disk.open(path, mode));
  }

  /** Writes at a place beyond what is whole. A failure closes the chunk, since it is unknown what of it reached the file. */
  async write(chunk: Chunk, vector: readonly Uint8Array[], position: number): Promise<void> {
    await this.#change(chunk, (file) => file.write(vector, position));
  }

  /**
   * What was written so far would survive a power cut, the file's name too. A failure makes the chunk suspect for good:
   * the kernel may believe pages clean that never reached the disk, and a later sync would say nothing about them.
   */
  async sync(chunk: Chunk): Promise<void> {
    await this.#change(chunk, async (file) => {
      await Promise.all([file.sync(), chunk.isNameDurable ? undefined : this.#folderSyncs.sync(this.#folders.open)]);
      chunk.isNameDurable = true;
    });
  }

  /** The same for the bytes alone: for a chunk whose name is not yet promised to anyone. */
  async syncBytes(chunk: Chunk): Promise<void> {
    await this.#change(chunk, (file) => file.sync());
  }

  /** The chunk has grown: `length` bytes of its file are whole. */
  extend(chunk: Chunk, length: number): void {
    if (length === chunk.length) return;
    chunk.length = length;
    this.changes.changed(chunk);
  }

  /** Makes a staged chunk durable and sealed, at its present version. */
  async complete(chunk: Chunk): Promise<void> {
    await inTurn(chunk, async () => {
      if (chunk.state === 'sealed') return;
      if (chunk.isSuspect) throw suspect(chunk);
      await this.syncBytes(chunk);
      await this.#moveToSealed(chunk, chunk.version);
    });
  }

  /** What the master decided: no more appends, a raised version, and nothing kept beyond `length`. Repeatable. */
  async seal(id: string, version: number, length: number): Promise<void> {
    const chunk = this.#chunks.get(id);
    if (!chunk) return;
    await inTurn(chunk, async () => {
      if (chunk.state === 'sealed' && chunk.version >= version) return;
      chunk.close('the master sealed it');
      const kept = Math.min(length, chunk.length);
      if (chunk.state !== 'sealed' || kept < chunk.length) {
        // Of a shared chunk, what `length` covers is durable even if a later write failed; the rest of the file goes.
        if (chunk.isSuspect && chunk.kind === 'own') throw suspect(chunk);
        await this.#change(chunk, (file) => file.truncate(kept));
        this.extend(chunk, kept);
        await this.syncBytes(chunk);
      }
      await this.#moveToSealed(chunk, Math.max(version, chunk.version));
    });
  }

  /** Removes the replica unless it is being written; the next heartbeat confirms it. Answers whether it is gone. */
  async remove(id: string): Promise<boolean> {
    const chunk = this.#chunks.get(id);
    if (!chunk) {
      this.changes.removed(id);
      return true;
    }
    return await inTurn(chunk, async () => {
      if (chunk.writers > 0) return false;
      chunk.close('it was removed');
      this.#chunks.delete(id);
      this.#files.drop(id);
      try {
        await this.#disk.remove(this.#folders.pathOf(chunk));
        await this.#folderSyncs.sync(this.#folders.folderOf(chunk));
      } catch (error) {
        this.#chunks.set(id, chunk);
        this.condition.observe(error);
        throw error;
      }
      this.changes.removed(id);
      return true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#chunks.values()].map((chunk) => chunk.turn));
    await this.#files[Symbol.asyncDispose]();
  }

  async #create(id: string, version: number, kind: ChunkKind): Promise<Chunk> {
    const state = kind === 'own' ? 'staged' : 'open';
    const chunk = new Chunk({ id, version, kind }, state, 0, { isNameDurable: false });
    try {
      const lease = await this.#files.acquire(id, () => this.#disk.open(this.#folders.pathOf(chunk), 'create'));
      lease[Symbol.dispose]();
    } catch (error) {
      this.condition.observe(error);
      throw this.condition.refusal ?? new Unavailable('The chunk cannot be created here.', { cause: error });
    }
    this.#chunks.set(id, chunk);
    this.changes.changed(chunk);
    return chunk;
  }

  async #change(chunk: Chunk, change: (file: DiskFile) => Promise<void>): Promise<void> {
    try {
      using lease = await this.file(chunk);
      await change(lease.file);
    } catch (error) {
      chunk.isSuspect = true;
      chunk.close(`a write to it failed: ${(error as Error).message}`);
      this.condition.observe(error);
      throw error;
    }
  }

  async #moveToSealed(chunk: Chunk, version: number): Promise<void> {
    const sealed = { id: chunk.id, kind: chunk.kind, version, state: 'sealed' } as const;
    try {
      await this.#disk.rename(this.#folders.pathOf(chunk), this.#folders.pathOf(sealed));
      chunk.version = version;
      chunk.state = 'sealed';
      chunk.close('it is sealed');
      await this.#folderSyncs.sync(this.#folders.folderOf(sealed));
      chunk.isNameDurable = true;
    } catch (error) {
      chunk.close(`sealing it failed: ${(error as Error).message}`);
      this.condition.observe(error);
      throw error;
    }
    this.changes.changed(chunk);
  }
}

/** Refuses writers that hold another version than the replica: whoever holds a lower one was fenced off. */
export function checkVersion(chunk: Chunk, version: number): void {
  if (chunk.version === version) return;
  throw new Conflict(`The replica of ${chunk.id} has version ${chunk.version}, not ${version}.`, {
    code: 'version-mismatch',
  });
}

function suspect(chunk: Chunk): Conflict {
  return new Conflict(`The replica of ${chunk.id} cannot be trusted: ${chunk.closed}.`, { code: 'chunk-closed' });
}

function inTurn<T>(chunk: Chunk, task: () => Promise<T>): Promise<T> {
  const result = chunk.turn.then(task);
  chunk.turn = result.then(
    () => undefined,
    () => undefined, // told to whoever asked; the next in turn goes on
  );
  return result;
}
