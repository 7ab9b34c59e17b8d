/** Resumable uploads: objects in the making, to which runs of bytes are added. Their chunks count as referred to. */
import { createHash } from 'node:crypto';
import { Conflict, InvalidInput, NotFound, TooLarge } from '../../../common/errors/index.ts';
import type { Committed, Extent } from '../../../common/filesystem/index.ts';
import type { Command } from '../../log/index.ts';
import { chunkBytes } from '../view/chunk-key.ts';
import type { Draft } from '../view/draft.ts';
import { uploadKey, uploadPartKey } from '../view/keys.ts';
import { type UploadRecord, uploadPartTable, uploadTable } from '../view/records.ts';
import { countInFlight } from './count.ts';
import type { FilesystemCommands } from './data.ts';
import { holdWritten, release } from './extents.ts';
import { replaceObject, target } from './object.ts';
import { assertPreconditions } from './preconditions.ts';

/** S3's limit on the parts of a multipart upload. */
const PARTS_LIMIT = 10_000;

export function beginUpload(draft: Draft, { data }: Command<FilesystemCommands['upload.begin']>): UploadRecord {
  const { bucket, before } = target(draft, data.name);
  assertPreconditions(before?.content.etag, data.preconditions);
  if (draft.get(uploadTable, uploadKey(data.upload))) throw new Conflict(`There is an upload ${data.upload} already.`);
  const { upload: id, ...rest } = data;
  const upload = { ...rest, id, bucketId: bucket.id, offset: 0, parts: 0 };
  draft.put(uploadTable, uploadKey(id), upload);
  return upload;
}

export function extendUpload(draft: Draft, { data }: Command<FilesystemCommands['upload.extend']>): UploadRecord {
  const upload = requireUpload(draft, data.upload);
  if (data.offset !== upload.offset) {
    throw new Conflict(`The upload goes on at byte ${upload.offset}, not at ${data.offset}.`, {
      code: 'offset-mismatch',
    });
  }
  const offset = data.extents.reduce((sum, extent) => sum + extent.length, upload.offset);
  if (upload.size !== null && offset > upload.size) {
    throw new TooLarge(`The upload was announced with ${upload.size} bytes, these would make it ${offset}.`);
  }
  if (upload.parts + data.extents.length > PARTS_LIMIT) {
    throw new InvalidInput(`An upload has at most ${PARTS_LIMIT} parts; send larger ones.`, { code: 'too-many-parts' });
  }
  holdWritten(draft, data.extents, data.chunks);
  countInFlight(draft, upload.name.namespace, offset - upload.offset);
  data.extents.forEach((extent, index) => {
    draft.put(uploadPartTable, uploadPartKey(upload.id, upload.parts + index), extent);
  });
  const after = { ...upload, offset, parts: upload.parts + data.extents.length, expiresAtMs: data.expiresAtMs };
  draft.put(uploadTable, uploadKey(upload.id), after);
  return after;
}

export function finishUpload(draft: Draft, { at, data }: Command<FilesystemCommands['upload.finish']>): Committed {
  const upload = requireUpload(draft, data.upload);
  if (upload.size !== null && upload.offset !== upload.size) {
    throw new Conflict(`${upload.offset} of ${upload.size} bytes are there; send the rest first.`, {
      code: 'upload-incomplete',
    });
  }
  const { bucket, before } = target(draft, upload.name);
  if (bucket.id !== upload.bucketId) throw new NotFound('The bucket that the upload was for is gone.');
  assertPreconditions(before?.content.etag, upload.preconditions);
  const extents = partsOf(draft, upload);
  const { contentType, headers, offset: size } = upload;
  // The references go over from the upload to the object.
  drop(draft, upload);
  const content = { size, etag: etagOf(extents), contentType, headers, extents };
  return replaceObject(draft, bucket, upload.name.key, before, {
    content,
    modifiedAtMs: at,
    versionSalt: data.versionSalt,
  });
}

export function abortUpload(draft: Draft, { at, data }: Command<FilesystemCommands['upload.abort']>): void {
  discard(draft, requireUpload(draft, data.upload), at);
}

/** Answers how many were there and over. */
export function expireUploads(draft: Draft, { at, data }: Command<FilesystemCommands['upload.expire']>): number {
  const over = data.uploads
    .map((id) => draft.get(uploadTable, uploadKey(id)))
    .filter((upload) => upload !== undefined && upload.expiresAtMs <= at);
  for (const upload of over) if (upload) discard(draft, upload, at);
  return over.length;
}

function requireUpload(draft: Draft, id: string): UploadRecord {
  const upload = draft.get(uploadTable, uploadKey(id));
  if (!upload) throw new NotFound(`There is no upload ${id}; it may be finished, aborted or expired.`);
  return upload;
}

function discard(draft: Draft, upload: UploadRecord, at: number): void {
  release(draft, partsOf(draft, upload), at);
  drop(draft, upload);
}

function drop(draft: Draft, upload: UploadRecord): void {
  for (let part = 0; part < upload.parts; part++) draft.remove(uploadPartTable, uploadPartKey(upload.id, part));
  draft.remove(uploadTable, uploadKey(upload.id));
  countInFlight(draft, upload.name.namespace, -upload.offset);
}

function partsOf(draft: Draft, upload: UploadRecord): Extent[] {
  return Array.from({ length: upload.parts }, (_, part) => {
    const extent = draft.get(uploadPartTable, uploadPartKey(upload.id, part));
    if (!extent) throw new Error(`Upload ${upload.id} lacks part ${part}.`);
    return extent;
  });
}

/** What lies at a place in a chunk never changes, so the places are as good a strong validator as the bytes. */
function etagOf(extents: readonly Extent[]): string {
  const hash = createHash('sha256');
  for (const { chunk, offset, length, crc32c } of extents) {
    hash.update(chunkBytes(chunk)).update(`${offset},${length},${crc32c};`);
  }
  return `${hash.digest('hex').slice(0, 32)}-${extents.length}`;
}
