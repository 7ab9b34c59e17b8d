import { InvalidInput, NotFound, PreconditionFailed } from '../../../common/errors/index.ts';
import type { Committed, ObjectContent, ObjectName } from '../../../common/filesystem/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { objectKey } from '../view/keys.ts';
import { isObjectKey } from '../view/names.ts';
import { type BucketRecord, type ObjectRecord, objectTable } from '../view/records.ts';
import { requireBucket } from './bucket.ts';
import { countObjects } from './count.ts';
import type { FilesystemCommands } from './data.ts';
import { holdShared, holdWritten, release } from './extents.ts';
import { assertPreconditions } from './preconditions.ts';

export function commitObject(draft: Draft, { at, data }: Command<FilesystemCommands['object.commit']>): Committed {
  const { name, content, chunks, preconditions } = data;
  const { bucket, before } = target(draft, name);
  assertPreconditions(before?.content.etag, preconditions);
  assertWhole(content);
  holdWritten(draft, content.extents, chunks);
  return replaceObject(draft, bucket, name.key, before, { content, modifiedAtMs: at });
}

export function deleteObject(draft: Draft, { at, data }: Command<FilesystemCommands['object.delete']>) {
  const bucket = requireBucket(draft, data.name.namespace, data.name.bucket);
  const before = draft.get(objectTable, objectKey(bucket.id, data.name.key));
  assertPreconditions(before?.content.etag, data.preconditions);
  if (before) removeObject(draft, bucket, data.name.key, before, at);
  return { deleted: before !== undefined };
}

/** Extents are shared: no byte is copied. */
export function copyObject(draft: Draft, { at, data }: Command<FilesystemCommands['object.copy']>): Committed {
  const source = requireSource(draft, data);
  const { bucket, before } = target(draft, data.to);
  assertPreconditions(before?.content.etag, data.preconditions);
  holdShared(draft, source.content.extents);
  return replaceObject(draft, bucket, data.to.key, before, { content: source.content, modifiedAtMs: at });
}

export function moveObject(draft: Draft, command: Command<FilesystemCommands['object.move']>): Committed {
  const { from, to } = command.data;
  if (from.namespace === to.namespace && from.bucket === to.bucket && from.key === to.key) {
    throw new InvalidInput('An object cannot be moved onto itself.', { code: 'same-name' });
  }
  const committed = copyObject(draft, command);
  // Read again: in one bucket, the copy has changed its figures.
  const bucket = requireBucket(draft, from.namespace, from.bucket);
  const source = draft.get(objectTable, objectKey(bucket.id, from.key));
  if (source) removeObject(draft, bucket, from.key, source, command.at);
  return committed;
}

/** Puts the object (whose extents are held already) where `before` was. */
export function replaceObject(
  draft: Draft,
  bucket: BucketRecord,
  key: string,
  before: ObjectRecord | undefined,
  after: ObjectRecord,
): Committed {
  if (before) release(draft, before.content.extents, after.modifiedAtMs);
  draft.put(objectTable, objectKey(bucket.id, key), after);
  countObjects(draft, bucket, {
    objects: before ? 0 : 1,
    bytes: after.content.size - (before?.content.size ?? 0),
  });
  return {
    etag: after.content.etag,
    modifiedAt: new Date(after.modifiedAtMs).toISOString(),
    created: before === undefined,
  };
}

/** The bucket an object is to be in, and what is there under its key. @throws NotFound, InvalidInput */
export function target(draft: Draft, name: ObjectName): { bucket: BucketRecord; before: ObjectRecord | undefined } {
  if (!isObjectKey(name.key)) {
    throw new InvalidInput('A key is 1 to 1024 bytes of UTF-8 without NUL.', { code: 'invalid-key' });
  }
  const bucket = requireBucket(draft, name.namespace, name.bucket);
  return { bucket, before: draft.get(objectTable, objectKey(bucket.id, name.key)) };
}

function requireSource(draft: Draft, data: FilesystemCommands['object.copy']): ObjectRecord {
  const bucket = requireBucket(draft, data.from.namespace, data.from.bucket);
  const source = draft.get(objectTable, objectKey(bucket.id, data.from.key));
  if (!source) throw new NotFound(`There is no object ${data.from.key} in ${data.from.bucket}.`);
  try {
    assertPreconditions(source.content.etag, data.sourceIfMatch === undefined ? {} : { ifMatch: data.sourceIfMatch });
  } catch (error) {
    throw new PreconditionFailed(`The source has changed: its ETag is "${source.content.etag}".`, { cause: error });
  }
  return source;
}

function removeObject(draft: Draft, bucket: BucketRecord, key: string, before: ObjectRecord, at: number): void {
  release(draft, before.content.extents, at);
  draft.remove(objectTable, objectKey(bucket.id, key));
  countObjects(draft, bucket, { objects: -1, bytes: -before.content.size });
}

function assertWhole({ size, inline, extents }: ObjectContent): void {
  const inExtents = extents.reduce((sum, extent) => sum + extent.length, 0);
  if (size !== inExtents + (inline?.length ?? 0) || (inline && inline.length > 0 && extents.length > 0)) {
    throw new InvalidInput(`The object's size is ${size}, but its parts are not that long together.`, {
      code: 'invalid-length',
    });
  }
}
