/** A bounded number of open chunk files, least recently used closed first. A file in use is never closed under its user. */
import type { DiskFile } from '../../common/disk/index.ts';

interface CachedFile {
  opening: Promise<DiskFile>;
  users: number;
  isDropped: boolean;
}

export interface FileLease extends Disposable {
  readonly file: DiskFile;
}

export class FileCache implements AsyncDisposable {
  /** In the order of last use. */
  readonly #files = new Map<string, CachedFile>();
  readonly #limit: number;
  readonly #onCloseError: (error: unknown) => void;

  /** `limit`: files kept open while nobody uses them. */
  constructor(limit: number, onCloseError: (error: unknown) => void) {
    this.#limit = limit;
    this.#onCloseError = onCloseError;
  }

  get size(): number {
    return this.#files.size;
  }

  /** The file of `key`, opened with `open` unless it is open already; to be disposed of by the caller. */
  async acquire(key: string, open: () => Promise<DiskFile>): Promise<FileLease> {
    const cached = this.#files.get(key) ?? { opening: open(), users: 0, isDropped: false };
    this.#files.delete(key);
    this.#files.set(key, cached);
    cached.users += 1;
    try {
      const file = await cached.opening;
      return { file, [Symbol.dispose]: () => this.#release(cached) };
    } catch (error) {
      cached.users -= 1;
      if (this.#files.get(key) === cached) this.#files.delete(key);
      throw error;
    }
  }

  /** Forgets the file; it is closed as soon as nobody uses it. */
  drop(key: string): void {
    const cached = this.#files.get(key);
    if (!cached) return;
    this.#files.delete(key);
    cached.isDropped = true;
    if (cached.users === 0) this.#close(cached);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#files.values()];
    this.#files.clear();
    await Promise.allSettled(all.map(async (cached) => (await cached.opening).close()));
  }

  #release(cached: CachedFile): void {
    cached.users -= 1;
    if (cached.isDropped && cached.users === 0) this.#close(cached);
    if (this.#files.size <= this.#limit) return;
    for (const [key, other] of this.#files) {
      if (other.users > 0) continue;
      this.#files.delete(key);
      this.#close(other);
      if (this.#files.size <= this.#limit) return;
    }
  }

  #close(cached: CachedFile): void {
    cached.opening.then((file) => file.close()).catch(this.#onCloseError);
  }
}
