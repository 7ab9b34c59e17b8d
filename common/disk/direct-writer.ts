/**
 * Large writes past the page cache (open(2), O_DIRECT). What is written is seldom read soon, and the kernel's memory for it costs
 * up to ten times the copy: on a virtual machine each fresh page must be found by the host first. It gathers into memory
 * that begins at a page, since the disk takes whole pages at whole pages only. Durable is what is synced, as otherwise.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AlignedBuffers } from './aligned-buffers.ts';

/** Of all disks in use, the largest sector; and that of the page cache, so that no page is written both ways. */
export const PAGE_BYTES = 4096;
/** Below, a write through the page cache costs less than the gathering and the turns around it. */
export const DIRECT_BYTES = 256 * 1024;

/** One segment with its headers fits. A write that finds none free goes through the page cache. */
const BUFFER_BYTES = 4 * 1024 * 1024 + 64 * 1024;
const BUFFERS = 6;
/** Of the whole process, as the memory is. */
const buffers = new AlignedBuffers(BUFFERS, BUFFER_BYTES);

export class DirectWriter {
  readonly #file: FileHandle;
  #opening: Promise<FileHandle | undefined> | undefined;
  #isRefused = false;

  /** `file`: the same file, open for writing through the page cache. */
  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Writes `pieces` from `position`; all in whole pages. Answers the bytes written: fewer when the rest must go the other way. */
  async write(pieces: readonly Uint8Array[], position: number): Promise<number> {
    if (this.#isRefused) return 0;
    this.#opening ??= openDirectly(this.#file);
    const handle = await this.#opening;
    const buffer = handle && buffers.take();
    if (!handle || !buffer) return 0;
    try {
      return await writeThrough(handle, buffer, pieces, position);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
      // The file system has another idea of whole pages: the page cache takes anything.
      this.#isRefused = true;
      return 0;
    } finally {
      buffers.giveBack(buffer);
    }
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }
}

async function writeThrough(
  handle: FileHandle,
  buffer: Buffer,
  pieces: readonly Uint8Array[],
  position: number,
): Promise<number> {
  let done = 0;
  let filled = 0;
  const flush = async () => {
    const { bytesWritten } = await handle.write(buffer, 0, filled, position + done);
    done += bytesWritten;
    const isShort = bytesWritten < filled;
    filled = 0;
    return isShort;
  };
  for (const piece of pieces) {
    for (let at = 0; at < piece.byteLength; ) {
      const view = piece.subarray(at, at + buffer.length - filled);
      buffer.set(view, filled);
      filled += view.byteLength;
      at += view.byteLength;
      // A short write: a nearly full disk, which says what is wrong when it is asked for the rest.
      if (filled === buffer.length && (await flush())) return done;
    }
  }
  if (filled > 0) await flush();
  return done;
}

/**
 * By its descriptor, since its name may have changed. Undefined where there is no such thing (other systems, some file systems) or
 * no descriptor left: what is really wrong with the disk shows in the write that then goes the other way.
 */
async function openDirectly(file: FileHandle): Promise<FileHandle | undefined> {
  if (constants.O_DIRECT === undefined) return undefined;
  try {
    return await open(`/proc/self/fd/${file.fd}`, constants.O_WRONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}
