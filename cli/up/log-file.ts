/** One process's log on disk: appended to, put aside as `.1`, `.2`, … when it is full, the oldest dropped. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

export interface LogFileOptions {
  path: string;
  sizeBytes: number;
  /** Files in all, with the one being written. */
  files: number;
  /** Told once when the disk refuses, and not again until a write succeeded. */
  onError(error: Error): void;
}

export class LogFile implements AsyncDisposable {
  readonly #options: LogFileOptions;
  #file: { handle: FileHandle; size: number } | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  private constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** @throws Node's error when it cannot be written. */
  static async open(options: LogFileOptions): Promise<LogFile> {
    const log = new LogFile(options);
    await log.#open();
    return log;
  }

  /** Resolves when written. A disk that refuses loses lines, and never stops the process whose lines they are. */
  append(bytes: Uint8Array): Promise<void> {
    this.#writing = this.#writing.then(() => this.#append(bytes));
    return this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      const file = this.#file ?? (await this.#open());
      await file.handle.appendFile(bytes);
      file.size += bytes.length;
      // Put aside only at the end of a line; a line that never ends does not stop it either.
      const endsLine = bytes.at(-1) === 0x0a;
      if (file.size >= this.#options.sizeBytes * (endsLine ? 1 : 2)) await this.#putAside();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.onError(error as Error);
      this.#isFailing = true;
    }
  }

  async #open(): Promise<{ handle: FileHandle; size: number }> {
    const handle = await open(this.#options.path, 'a', 0o640);
    this.#file = { handle, size: (await handle.stat()).size };
    return this.#file;
  }

  async #putAside(): Promise<void> {
    const { path, files } = this.#options;
    await this.#file?.handle.close();
    this.#file = undefined;
    await rm(files > 1 ? `${path}.${files - 1}` : path, { force: true });
    for (let number = files - 2; number >= 1; number--)
      await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    if (files > 1) await rename(path, `${path}.1`);
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
