/** Uploads in parts (S3's multipart) until they are completed. Their parts' chunks count as referred to, their bytes as used. */
import { InvalidInput, NotFound } from '../../../common/errors/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { bucketKey } from '../view/keys.ts';
import {
  completedKey,
  completedTable,
  type MultipartId,
  type MultipartRecord,
  multipartKey,
  multipartTable,
  partKey,
  partOfKey,
  partsOf,
  partTable,
} from '../view/multipart-tables.ts';
import { bucketTable } from '../view/records.ts';
import { requireBucket } from './bucket.ts';
import { countInFlight } from './count.ts';
import type { FilesystemCommands } from './data.ts';
import { holdWritten, release } from './extents.ts';
import { target } from './object.ts';

export function beginMultipart(
  draft: Draft,
  { at, data }: Command<FilesystemCommands['multipart.begin']>,
): MultipartRecord {
  const { bucket } = target(draft, data.name);
  const record: MultipartRecord = {
    ...data,
    bucketId: bucket.id,
    initiatedAtMs: at,
    bytes: 0,
  };
  draft.put(multipartTable, multipartKey(idOf(record)), record);
  return record;
}

/** In the place of an earlier part of the same number, whose bytes are given back. */
export function putPart(
  draft: Draft,
  { at, data }: Command<FilesystemCommands['multipart.part']>,
): { modifiedAtMs: number } {
  const upload = requireMultipart(draft, data);
  const { part, size, etag, checksum, extents, chunks } = data;
  const inExtents = extents.reduce((sum, { length }) => sum + length, 0);
  if (inExtents !== size) {
    throw new InvalidInput(`The part has ${size} bytes, its extents ${inExtents}.`, { code: 'invalid-length' });
  }
  holdWritten(draft, extents, chunks);
  const before = draft.get(partTable, partKey(upload.upload, part));
  if (before) release(draft, before.extents, at);
  const grownBytes = size - (before?.size ?? 0);
  countInFlight(draft, upload.name.namespace, grownBytes);
  const record = { size, etag, ...(checksum !== undefined && { checksum }), modifiedAtMs: at, extents };
  draft.put(partTable, partKey(upload.upload, part), record);
  draft.put(multipartTable, multipartKey(idOf(upload)), {
    ...upload,
    bytes: upload.bytes + grownBytes,
    expiresAtMs: data.expiresAtMs,
  });
  return { modifiedAtMs: at };
}

export function abortMultipart(draft: Draft, { at, data }: Command<FilesystemCommands['multipart.abort']>): void {
  discardMultipart(draft, requireMultipart(draft, data), at);
}

/**
 * Of those named, ends the uploads that are over or whose bucket is gone, and forgets the completions that were kept long
 * enough. Answers how many.
 */
export function expireMultiparts(draft: Draft, { at, data }: Command<FilesystemCommands['multipart.expire']>): number {
  let ended = 0;
  for (const id of data.uploads) {
    const upload = draft.get(multipartTable, multipartKey(id));
    if (upload && (upload.expiresAtMs <= at || !hasBucket(draft, upload))) {
      discardMultipart(draft, upload, at);
      ended += 1;
    }
    const completed = draft.get(completedTable, completedKey(id));
    if (completed && completed.expiresAtMs <= at) {
      draft.remove(completedTable, completedKey(id));
      ended += 1;
    }
  }
  return ended;
}

/** @throws NotFound `no-such-bucket`, `no-such-upload` */
export function requireMultipart(
  draft: Draft,
  { name, upload }: Pick<MultipartRecord, 'name' | 'upload'>,
): MultipartRecord {
  const bucket = requireBucket(draft, name.namespace, name.bucket);
  const record = draft.get(multipartTable, multipartKey({ bucketId: bucket.id, key: name.key, upload }));
  if (!record) throw noSuchUpload();
  return record;
}

export function noSuchUpload(cause?: unknown): NotFound {
  return new NotFound('There is no such upload; it may be completed, aborted or expired.', {
    code: 'no-such-upload',
    ...(cause !== undefined && { cause }),
  });
}

/** Gives back what its parts hold, but for those in `kept`, whose references go over to the object. */
export function discardMultipart(
  draft: Draft,
  upload: MultipartRecord,
  at: number,
  kept: ReadonlySet<number> = new Set(),
): void {
  for (const { key, value } of [...draft.scan(partTable, partsOf(upload.upload))]) {
    if (!kept.has(partOfKey(key))) release(draft, value.extents, at);
    draft.remove(partTable, key);
  }
  draft.remove(multipartTable, multipartKey(idOf(upload)));
  countInFlight(draft, upload.name.namespace, -upload.bytes);
}

export function idOf({ bucketId, name, upload }: Pick<MultipartRecord, 'bucketId' | 'name' | 'upload'>): MultipartId {
  return { bucketId, key: name.key, upload };
}

function hasBucket(draft: Draft, { name, bucketId }: MultipartRecord): boolean {
  return draft.get(bucketTable, bucketKey(name.namespace, name.bucket))?.id === bucketId;
}
