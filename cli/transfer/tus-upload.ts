/**
 * A large file by the tus protocol 1.0.0 (tus.io): made once, then sent from wherever the server says it is. What it
 * has survives broken connections, Ctrl-C, and the end of this process.
 */
import { createReadStream } from 'node:fs';
import { AppError } from '../../common/errors/index.ts';
import { type Connection, RequestRefused, withRetries } from '../client/index.ts';
import type { ObjectAddress } from '../remote/remote-path.ts';
import type { LocalFile } from './local-files.ts';
import type { TransferProgress } from './transfer-progress.ts';
import { TransferStates } from './transfer-state.ts';

const UPLOADS = '/api/storage/uploads';
const TUS = { 'tus-resumable': '1.0.0' } as const;
const READ_BYTES = 1 << 20;

interface UploadState {
  /** The upload's path on the server. */
  readonly upload: string;
}

export interface TusUpload {
  readonly file: LocalFile;
  readonly to: ObjectAddress;
  readonly contentType: string;
  /** Preconditions. */
  readonly headers: Record<string, string>;
  readonly progress: TransferProgress | undefined;
  /** Told how many bytes an earlier run had sent. */
  resumed(bytes: number): void;
}

export function uploadStates(home: string): TransferStates<UploadState> {
  return new TransferStates(
    home,
    'uploads',
    (value): value is UploadState => typeof (value as Partial<UploadState> | null)?.upload === 'string',
  );
}

/** Resolves once the object exists. */
export async function tusUpload(bramble: Connection, request: TusUpload): Promise<void> {
  const { file, to, progress } = request;
  const states = uploadStates(bramble.home);
  const identity = [bramble.url.origin, to.namespace, to.bucket, to.key, file.path, file.size, file.mtimeMs];
  let upload = (await states.read(identity))?.upload;
  let offset: number | undefined;
  if (upload !== undefined) {
    offset = await readOffset(bramble, upload);
    if (offset === undefined) upload = undefined;
    else {
      progress?.skip(offset);
      request.resumed(offset);
    }
  }
  if (upload === undefined) {
    upload = await createUpload(bramble, request);
    offset = 0;
    await states.write(identity, { upload });
  }
  const at = upload;
  let sent = offset ?? 0;
  let isOffsetKnown = true;
  try {
    await withRetries(bramble.retries, async (progressed) => {
      if (!isOffsetKnown) {
        const stored = await readOffset(bramble, at);
        if (stored === undefined) throw uploadGone(file.path);
        progress?.advance(stored - sent);
        if (stored > sent) progressed();
        sent = stored;
      }
      const begin = sent;
      isOffsetKnown = false;
      let read = 0;
      try {
        sent = await sendFrom(bramble, at, request, begin, (bytes) => {
          read += bytes;
          progress?.advance(bytes);
        });
        progress?.advance(sent - begin - read);
      } catch (error) {
        progress?.advance(-read);
        // Somebody's bytes came first, or ours did after all: ask where it stands and go on from there.
        if (error instanceof AppError && error.status === 409) throw new OffsetMoved(error);
        throw error;
      }
    });
  } catch (error) {
    if (isFinal(error)) await states.remove(identity);
    throw error;
  }
  await states.remove(identity);
}

/** Counts as transient: the next try asks for the offset. */
class OffsetMoved extends AppError {
  constructor(cause: AppError) {
    super('offset-moved', 503, 'The upload went on elsewhere', cause.message, { cause });
  }
}

async function createUpload(bramble: Connection, { file, to, contentType, headers }: TusUpload): Promise<string> {
  const metadata = { namespace: to.namespace, bucket: to.bucket, key: to.key, contentType };
  const response = await bramble.send({
    method: 'POST',
    path: UPLOADS,
    headers: {
      ...TUS,
      ...headers,
      'content-length': '0',
      'upload-length': String(file.size),
      'upload-metadata': Object.entries(metadata)
        .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
        .join(','),
    },
  });
  response.body.resume();
  const { location } = response.headers;
  const place = location === undefined ? null : URL.parse(location, new URL(UPLOADS, bramble.url));
  if (place?.host !== bramble.url.host) throw badAnswer('made an upload but did not say where');
  return place.pathname;
}

/** Undefined: the server does not know it any more. */
async function readOffset(bramble: Connection, upload: string): Promise<number | undefined> {
  const response = await bramble.send({ method: 'HEAD', path: upload, headers: TUS }, [404, 410]);
  response.body.resume();
  return response.status >= 400 ? undefined : offsetOf(response.headers['upload-offset']);
}

async function sendFrom(
  bramble: Connection,
  upload: string,
  { file }: TusUpload,
  offset: number,
  moved: (bytes: number) => void,
): Promise<number> {
  if (offset === file.size) return offset;
  const response = await bramble.sendOnce({
    method: 'PATCH',
    path: upload,
    headers: {
      ...TUS,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(file.size - offset),
      'upload-offset': String(offset),
    },
    body: () => {
      const stream = createReadStream(file.path, { start: offset, end: file.size - 1, highWaterMark: READ_BYTES });
      stream.on('data', (piece) => moved(piece.length));
      return stream;
    },
  });
  response.body.resume();
  const now = offsetOf(response.headers['upload-offset']);
  if (now !== file.size) throw badAnswer(`has ${now} of ${file.size} bytes and called that all`);
  return now;
}

function offsetOf(header: string | string[] | undefined): number {
  const offset = Number(header);
  if (!Number.isSafeInteger(offset) || offset < 0) throw badAnswer('did not say how far the upload is');
  return offset;
}

function badAnswer(what: string): AppError {
  return new AppError('bad-answer', 502, 'Not a good answer', `The bramble ${what}; is something in between?`);
}

function uploadGone(path: string): AppError {
  return new AppError('upload-gone', 500, 'Upload gone', `The upload of ${path} has expired; run the command again.`);
}

/** Refused for what it is, not for the moment: resuming would only be refused again. */
function isFinal(error: unknown): boolean {
  if (error instanceof RequestRefused) return error.status >= 400 && error.status < 500 && error.status !== 401;
  return error instanceof AppError && error.code === 'upload-gone';
}
