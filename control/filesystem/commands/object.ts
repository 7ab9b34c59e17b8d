/** Objects enter a bucket here, whoever brings them. */
import { InvalidInput } from '../../../common/errors/index.ts';
import type { Committed, ObjectContent, ObjectName } from '../../../common/filesystem/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { objectKey } from '../view/keys.ts';
import { isObjectKey } from '../view/names.ts';
import { type BucketRecord, type ObjectRecord, objectTable } from '../view/records.ts';
import { requireVersion, shownVersion } from '../view/require-version.ts';
import { requireBucket } from './bucket.ts';
import { countObjects } from './count.ts';
import type { FilesystemCommands } from './data.ts';
import { holdWritten } from './extents.ts';
import { assertPreconditions } from './preconditions.ts';
import { putVersion, succeed } from './versions.ts';

export interface NewObject {
  content: ObjectContent;
  modifiedAtMs: number;
  /** What makes its version's id unlike any other: `VERSION_SALT_BYTES` random ones, given in by the command. */
  versionSalt: Uint8Array;
}

export function commitObject(draft: Draft, { at, data }: Command<FilesystemCommands['object.commit']>): Committed {
  const { name, content, chunks, preconditions, versionSalt } = data;
  const { bucket, before } = target(draft, name);
  assertPreconditions(before?.content.etag, preconditions);
  assertWhole(content);
  holdWritten(draft, content.extents, chunks);
  return replaceObject(draft, bucket, name.key, before, { content, modifiedAtMs: at, versionSalt });
}

/** Puts the object (whose extents are held already) where `before` was, which stays as a version where the bucket keeps them. */
export function replaceObject(
  draft: Draft,
  bucket: BucketRecord,
  key: string,
  before: ObjectRecord | undefined,
  { content, modifiedAtMs, versionSalt }: NewObject,
): Committed {
  const { version, change } = succeed(draft, bucket, key, before, { at: modifiedAtMs, versionSalt });
  draft.put(objectTable, objectKey(bucket.id, key), { content, modifiedAtMs, ...version });
  countObjects(draft, bucket, { ...change, objects: change.objects + 1, bytes: change.bytes + content.size });
  return {
    etag: content.etag,
    modifiedAt: new Date(modifiedAtMs).toISOString(),
    created: before === undefined,
    ...(version.versionId !== null && { versionId: version.versionId }),
  };
}

/** Neither ETag nor time change by it. */
export function tagObject(draft: Draft, { data }: Command<FilesystemCommands['object.tags']>): { versionId?: string } {
  const bucket = requireBucket(draft, data.name.namespace, data.name.bucket);
  const found = requireVersion(draft, bucket, data.name, data.version);
  const { tags: _, ...content } = found.content;
  const isTagged = data.tags !== null && Object.keys(data.tags).length > 0;
  putVersion(draft, bucket, data.name.key, {
    ...found,
    content: isTagged && data.tags ? { ...content, tags: data.tags } : content,
  });
  return shownVersion(bucket, found);
}

/** The bucket an object is to be in, and what is there under its key. @throws NotFound, InvalidInput */
export function target(draft: Draft, name: ObjectName): { bucket: BucketRecord; before: ObjectRecord | undefined } {
  assertObjectKey(name.key);
  const bucket = requireBucket(draft, name.namespace, name.bucket);
  return { bucket, before: draft.get(objectTable, objectKey(bucket.id, name.key)) };
}

/** @throws InvalidInput `invalid-key` */
export function assertObjectKey(key: string): void {
  if (!isObjectKey(key)) {
    throw new InvalidInput('A key is 1 to 1024 bytes of UTF-8 without NUL.', { code: 'invalid-key' });
  }
}

function assertWhole({ size, inline, extents }: ObjectContent): void {
  const inExtents = extents.reduce((sum, extent) => sum + extent.length, 0);
  if (size !== inExtents + (inline?.length ?? 0) || (inline && inline.length > 0 && extents.length > 0)) {
    throw new InvalidInput(`The object's size is ${size}, but its parts are not that long together.`, {
      code: 'invalid-length',
    });
  }
}
