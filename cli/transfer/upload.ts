/** One file, or a stream, to one object: small ones in one request, large ones resumably. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { AppError } from '../../common/errors/index.ts';
import { type Connection, isTransient, readText, withRetries } from '../client/index.ts';
import { type ObjectAddress, objectUrlPath } from '../remote/remote-path.ts';
import { headObject, type StoredVersion, storedVersion } from './head-object.ts';
import { type LocalFile, localFile } from './local-files.ts';
import { sha256 } from './sha256.ts';
import type { TransferProgress } from './transfer-progress.ts';
import { tusUpload } from './tus-upload.ts';

/** Up to this size a file goes in one request, which is cheaper than being able to resume it. */
export const ONE_REQUEST_BYTES = 8 * 1024 * 1024;

export interface UploadOptions {
  readonly contentType: string;
  /** `if-match`, `if-none-match`. */
  readonly preconditions: Record<string, string>;
  readonly progress: TransferProgress | undefined;
  resumed(bytes: number): void;
}

export async function uploadFile(
  bramble: Connection,
  file: LocalFile,
  to: ObjectAddress,
  options: UploadOptions,
): Promise<StoredVersion> {
  if (file.size <= ONE_REQUEST_BYTES) {
    const bytes = await readFile(file.path);
    const uploaded = await putBytes(bramble, bytes, to, options);
    options.progress?.advance(file.size);
    return uploaded;
  }
  await tusUpload(bramble, {
    file,
    to,
    contentType: options.contentType,
    headers: options.preconditions,
    progress: options.progress,
    resumed: options.resumed,
  });
  const now = await localFile(file.path);
  if (now.size !== file.size || now.mtimeMs !== file.mtimeMs) {
    throw new AppError(
      'file-changed',
      500,
      'File changed',
      `${file.path} changed while it was uploaded; put it again.`,
    );
  }
  const stored = await headObject(bramble, to);
  if (stored.size !== file.size) throw sizeDiffers(to, stored.size, file.size);
  return stored;
}

/** A stream whose length is not known. It cannot be sent twice, so a broken connection ends it. */
export async function uploadStream(
  bramble: Connection,
  stream: Readable,
  to: ObjectAddress,
  options: UploadOptions,
): Promise<StoredVersion> {
  const { head, rest } = await readHead(stream, ONE_REQUEST_BYTES);
  if (!rest) {
    const uploaded = await putBytes(bramble, head, to, options);
    options.progress?.advance(head.length);
    return uploaded;
  }
  let size = head.length;
  const counted = new Transform({
    transform(piece: Buffer, _encoding, done) {
      size += piece.length;
      options.progress?.advance(piece.length);
      done(null, piece);
    },
  });
  rest.on('error', (error) => counted.destroy(error)).pipe(counted);
  const body = async function* () {
    yield head;
    yield* counted;
  };
  const response = await bramble.sendOnce({
    method: 'PUT',
    path: objectUrlPath(to),
    headers: { ...options.preconditions, 'content-type': options.contentType },
    body: () => Readable.from(body(), { objectMode: false, highWaterMark: 1 << 20 }),
  });
  const uploaded = JSON.parse(await readText(response.body)) as StoredVersion;
  if (uploaded.size !== size) throw sizeDiffers(to, uploaded.size, size);
  return uploaded;
}

async function putBytes(
  bramble: Connection,
  bytes: Buffer,
  to: ObjectAddress,
  { contentType, preconditions }: UploadOptions,
): Promise<StoredVersion> {
  let mayBeStored = false;
  try {
    return await withRetries(bramble.retries, async () => {
      try {
        const response = await bramble.sendOnce({
          method: 'PUT',
          path: objectUrlPath(to),
          headers: { ...preconditions, 'content-type': contentType, 'content-length': String(bytes.length) },
          body: () => bytes,
        });
        const uploaded = JSON.parse(await readText(response.body)) as StoredVersion;
        if (uploaded.size !== bytes.length) throw sizeDiffers(to, uploaded.size, bytes.length);
        return uploaded;
      } catch (error) {
        mayBeStored ||= isTransient(error);
        throw error;
      }
    });
  } catch (error) {
    // An earlier try may have stored it and only its answer was lost: then the precondition meets our own bytes.
    const stored = mayBeStored && isPreconditionFailed(error) ? await sameBytes(bramble, bytes, to) : undefined;
    if (stored) return stored;
    throw error;
  }
}

function isPreconditionFailed(error: unknown): boolean {
  return error instanceof AppError && error.status === 412;
}

/** The version that is there, if it has exactly these bytes. */
async function sameBytes(bramble: Connection, bytes: Buffer, to: ObjectAddress): Promise<StoredVersion | undefined> {
  const { status, headers, body } = await bramble.send({ method: 'GET', path: objectUrlPath(to) }, [403, 404]);
  const version = storedVersion(headers);
  if (status !== 200 || version.size !== bytes.length) {
    body.destroy();
    return undefined;
  }
  const [there, here] = await Promise.all([sha256(body), sha256(Readable.from([bytes]))]);
  return there === here ? version : undefined;
}

/** Reads the object back and compares SHA-256. @throws AppError when it differs. */
export async function verifyUpload(bramble: Connection, file: LocalFile, to: ObjectAddress): Promise<string> {
  const response = await bramble.send({ method: 'GET', path: objectUrlPath(to) });
  const [local, remote] = await Promise.all([sha256(createReadStream(file.path)), sha256(response.body)]);
  if (local !== remote) {
    throw new AppError(
      'verification-failed',
      500,
      'Not the same',
      `${file.path} and what is stored differ; put it again.`,
    );
  }
  return local;
}

/** The first bytes up to `limit`; `rest` only when there are more. */
async function readHead(stream: Readable, limit: number): Promise<{ head: Buffer; rest: Readable | undefined }> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > limit) return { head: Buffer.concat(pieces), rest: stream };
  }
  return { head: Buffer.concat(pieces), rest: undefined };
}

function sizeDiffers(to: ObjectAddress, there: number, here: number): AppError {
  return new AppError(
    'size-differs',
    500,
    'Sizes differ',
    `${to.bucket}/${to.key} has ${there} bytes there and ${here} here; put it again.`,
  );
}
