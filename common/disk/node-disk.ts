import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DIRECT_BYTES, DirectWriter, PAGE_BYTES } from './direct-writer.ts';
import type { Disk, DiskFile } from './disk.ts';
import { runLength, sliceRun, wholePages } from './piece-run.ts';

const FLAGS = { read: 'r', create: 'wx+' } as const;

class NodeFile implements DiskFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #direct: DirectWriter | undefined;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.byteLength) {
      const { bytesRead } = await this.#handle.read(into, done, into.byteLength - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    const total = runLength(pieces);
    const { from, to } = wholePages(position, total, PAGE_BYTES);
    if (to - from < DIRECT_BYTES) {
      await this.#writeCached(pieces, position);
      return;
    }
    this.#direct ??= new DirectWriter(this.#handle);
    const written = await this.#direct.write(sliceRun(pieces, from, to), position + from);
    if (from > 0) await this.#writeCached(sliceRun(pieces, 0, from), position);
    const rest = from + written;
    if (rest < total) await this.#writeCached(sliceRun(pieces, rest, total), position + rest);
  }

  async #writeCached(pieces: readonly Uint8Array[], position: number): Promise<void> {
    const total = runLength(pieces);
    const { bytesWritten } = await this.#handle.writev(pieces as Uint8Array[], position);
    // A short write: the kernel took a part (signals, nearly full disk). Go on piece by piece.
    let at = bytesWritten;
    for (const piece of sliceRun(pieces, at, total)) {
      for (let done = 0; done < piece.byteLength; ) {
        const { bytesWritten: more } = await this.#handle.write(piece, done, piece.byteLength - done, position + at);
        done += more;
        at += more;
      }
    }
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async close(): Promise<void> {
    try {
      await this.#direct?.close();
    } finally {
      await this.#handle.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function openFile(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
  if (mode !== 'write') return new NodeFile(path, await open(path, FLAGS[mode]));
  try {
    return new NodeFile(path, await open(path, 'r+'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return new NodeFile(path, await open(path, 'wx+'));
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The machine's own disk. */
export const nodeDisk: Disk = {
  open: openFile,
  exists: async (path) => {
    try {
      await stat(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  },
  readFile: (path) => readFile(path),
  replaceFile: async (path, content, options = {}) => {
    const temporary = `${path}.${process.pid}.new`;
    const handle = await open(temporary, 'w', options.mode ?? 0o644);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  },
  list: async (folder) =>
    (await readdir(folder, { withFileTypes: true })).map((entry) => ({
      name: entry.name,
      isDirectory: entry.isDirectory(),
    })),
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true });
  },
  rename,
  remove: async (path) => {
    await rm(path, { recursive: true, force: true });
  },
  syncFolder,
  space: async (folder) => {
    const { bsize, blocks, bavail } = await statfs(folder);
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  },
};
