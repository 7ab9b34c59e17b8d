/**
 * One object to one file: into `name.part` first, which a later run goes on with while the object is the same
 * (If-Range), renamed when it is whole, with the object's time.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, stat, utimes } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { AppError } from '../../common/errors/index.ts';
import { type Connection, type HttpsResponse, withRetries } from '../client/index.ts';
import { type ObjectAddress, objectUrlPath } from '../remote/remote-path.ts';
import { firstByteOf, totalBytesOf } from './content-range.ts';
import { headObject } from './head-object.ts';
import { sha256 } from './sha256.ts';
import type { TransferProgress } from './transfer-progress.ts';
import { TransferStates } from './transfer-state.ts';
import { writeBody, writeFileBody } from './write-body.ts';

/** What may wait for the disk. */
const WRITE_BUFFER_BYTES = 4 << 20;

interface DownloadState {
  readonly source: string;
  readonly etag: string;
}

export interface DownloadOptions {
  readonly progress: TransferProgress | undefined;
  /** Compare the file with the object, read a second time. */
  readonly verify: boolean;
  resumed(bytes: number): void;
}

export interface Downloaded {
  readonly size: number;
  readonly etag: string;
}

export async function downloadFile(
  bramble: Connection,
  from: ObjectAddress,
  to: string,
  options: DownloadOptions,
): Promise<Downloaded> {
  const part = `${to}.part`;
  const source = bramble.url.origin + objectUrlPath(from);
  const states = downloadStates(bramble.home);
  const identity = [resolve(to)];
  await mkdir(dirname(to), { recursive: true });

  let known = await states.read(identity);
  if (known?.source !== source) known = undefined;
  let have = known === undefined ? 0 : await sizeOf(part);
  if (have > 0) {
    options.progress?.skip(have);
    options.resumed(have);
  }
  const result = await withRetries(bramble.retries, async (progressed) => {
    const headers = have > 0 && known ? { range: `bytes=${have}-`, 'if-range': `"${known.etag}"` } : {};
    let response = await bramble.sendOnce({ method: 'GET', path: objectUrlPath(from), headers }, [416]);
    if (response.status === 416) {
      // Nothing is missing; or what is here is longer than the object, and of no use.
      response.body.resume();
      const { size, etag, modifiedAt } = await headObject(bramble, from);
      if (size === have && etag === known?.etag) return { etag, size, modified: modifiedAt };
      response = await bramble.sendOnce({ method: 'GET', path: objectUrlPath(from) });
    }
    const start = firstByteOf(response);
    if (start !== have) options.progress?.advance(start - have);
    have = start;
    const etag = etagOf(response);
    const total = totalBytesOf(response);
    if (known?.etag !== etag) {
      known = { source, etag };
      await states.write(identity, known);
    }
    const file = createWriteStream(part, {
      flags: start === 0 ? 'w' : 'r+',
      start,
      highWaterMark: WRITE_BUFFER_BYTES,
    });
    await writeFileBody(response.body, file, (bytes) => {
      have += bytes;
      options.progress?.advance(bytes);
      progressed();
    });
    if (total !== undefined && have !== total) {
      throw new AppError('size-differs', 500, 'Sizes differ', `${from.key} has ${total} bytes; ${have} came.`);
    }
    return { etag, size: have, modified: response.headers['last-modified'] };
  });
  if (options.verify) await verifyDownload(bramble, part, from);
  if (result.modified !== undefined) {
    const time = new Date(result.modified);
    await utimes(part, time, time);
  }
  await rename(part, to);
  await states.remove(identity);
  return { size: result.size, etag: result.etag };
}

/** One object to a stream, going on where a broken connection left it, as long as it is the same object. */
export async function downloadStream(
  bramble: Connection,
  from: ObjectAddress,
  to: Writable,
  progress?: TransferProgress,
): Promise<Downloaded> {
  let have = 0;
  let etag: string | undefined;
  return withRetries(bramble.retries, async (progressed) => {
    const response = await bramble.sendOnce({
      method: 'GET',
      path: objectUrlPath(from),
      headers: have > 0 && etag !== undefined ? { range: `bytes=${have}-`, 'if-match': `"${etag}"` } : {},
    });
    if (firstByteOf(response) !== have) {
      throw new AppError('bad-answer', 500, 'Not a good answer', `${from.key} could not be gone on with.`);
    }
    etag = etagOf(response);
    await writeBody(response.body, to, (bytes) => {
      have += bytes;
      progress?.advance(bytes);
      progressed();
    });
    return { etag, size: have };
  });
}

function downloadStates(home: string): TransferStates<DownloadState> {
  return new TransferStates(home, 'downloads', (value): value is DownloadState => {
    const { source, etag } = (value ?? {}) as Partial<DownloadState>;
    return typeof source === 'string' && typeof etag === 'string';
  });
}

/** An ETag is the write's, not the bytes': the object is read a second time, and both by their SHA-256. */
async function verifyDownload(bramble: Connection, path: string, from: ObjectAddress): Promise<void> {
  const response = await bramble.send({ method: 'GET', path: objectUrlPath(from) });
  const [local, remote] = await Promise.all([
    sha256(createReadStream(path, { highWaterMark: 1 << 20 })),
    sha256(response.body),
  ]);
  if (local === remote) return;
  throw new AppError('verification-failed', 500, 'Not the same', `${path} and ${from.key} differ; get it again.`);
}

function etagOf(response: HttpsResponse): string {
  return String(response.headers.etag ?? '').replace(/^(W\/)?"|"$/g, '');
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
