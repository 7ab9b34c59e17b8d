/** PUT of an object. */
import { InvalidInput } from '../../../common/errors/index.ts';
import type { ObjectName, Preconditions } from '../../../common/filesystem/index.ts';
import type { Exchange } from '../../routing/index.ts';
import type { Asker, MasterClient } from '../master/master-client.ts';
import type { UploadProgress } from '../progress/upload-progress.ts';
import { contentTypeOf, keptHeaders } from './kept-headers.ts';
import { type StoreTools, storeObject } from './store-object.ts';

export interface PutTools extends StoreTools {
  master: Pick<MasterClient, 'commit' | 'authorize'>;
  progress: UploadProgress;
}

const UPLOAD_ID = /^[A-Za-z0-9_-]{8,64}$/;

export async function putObject(tools: PutTools, exchange: Exchange, asker: Asker, name: ObjectName): Promise<void> {
  const { headers } = exchange.request;
  if (headers['content-range'] !== undefined) {
    throw new InvalidInput('A part cannot be PUT into an object (RFC 9110 §14.5); use a resumable upload.');
  }
  const object = {
    asker,
    name,
    contentType: contentTypeOf(headers['content-type'], name.key),
    headers: keptHeaders(headers),
    preconditions: preconditionsOf(headers['if-match'], headers['if-none-match']),
    size: sizeOf(headers['content-length']),
    body: exchange.request,
    signal: exchange.signal,
  };
  const uploadId = uploadIdOf(headers['x-upload-id']);
  await tools.master.authorize(asker, 'write', name);
  using tracked = uploadId === undefined ? undefined : tools.progress.begin(uploadId, name, object.size ?? null);
  let stored: Awaited<ReturnType<typeof storeObject>>;
  try {
    stored = await storeObject(tools, {
      ...object,
      ...(tracked && { onReceived: tracked.received, onStored: tracked.stored }),
    });
    tracked?.finish('done');
  } catch (error) {
    tracked?.finish('failed');
    throw error;
  }
  const body = JSON.stringify({ etag: stored.etag, size: stored.size, modifiedAt: stored.modifiedAt });
  exchange.response.writeHead(stored.created ? 201 : 200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    etag: `"${stored.etag}"`,
  });
  exchange.response.end(body);
}

export function preconditionsOf(ifMatch: string | undefined, ifNoneMatch: string | undefined): Preconditions {
  return { ...(ifMatch !== undefined && { ifMatch }), ...(ifNoneMatch !== undefined && { ifNoneMatch }) };
}

function sizeOf(contentLength: string | undefined): number | undefined {
  if (contentLength === undefined) return undefined;
  const size = Number(contentLength);
  if (/^\d{1,16}$/.test(contentLength) && Number.isSafeInteger(size)) return size;
  throw new InvalidInput('Content-Length is not a number of bytes.');
}

function uploadIdOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && UPLOAD_ID.test(header)) return header;
  throw new InvalidInput('X-Upload-Id must have 8 to 64 letters, digits, hyphens or underscores.');
}
