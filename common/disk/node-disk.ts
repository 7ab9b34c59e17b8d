import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';

const FLAGS = { read: 'r', create: 'wx+' } as const;

class NodeFile implements DiskFile {
  readonly path: string;
  readonly #handle: FileHandle;

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
    const total = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const { bytesWritten } = await this.#handle.writev(pieces as Uint8Array[], position);
    if (bytesWritten === total) return;
    // A short write: the kernel took a part (signals, nearly full disk). Go on piece by piece.
    let skip = bytesWritten;
    let at = position + bytesWritten;
    for (const piece of pieces) {
      if (skip >= piece.byteLength) {
        skip -= piece.byteLength;
        continue;
      }
      let rest = piece.subarray(skip);
      skip = 0;
      while (rest.byteLength > 0) {
        const { bytesWritten: written } = await this.#handle.write(rest, 0, rest.byteLength, at);
        at += written;
        rest = rest.subarray(written);
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
    await this.#handle.close();
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
