/** Copies and moves: extents are shared, no byte is copied. */
import { InvalidInput, MethodNotAllowed, PreconditionFailed } from '../../../common/errors/index.ts';
import type { Committed, Copied, ObjectContent, ObjectName } from '../../../common/filesystem/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { objectKey } from '../view/keys.ts';
import { type BucketRecord, type ObjectRecord, objectTable } from '../view/records.ts';
import { requireVersion, shownVersion } from '../view/require-version.ts';
import { requireBucket } from './bucket.ts';
import type { FilesystemCommands } from './data.ts';
import { deleteNewest } from './delete-object.ts';
import { holdShared } from './extents.ts';
import { replaceObject, target } from './object.ts';
import { assertPreconditions, holdsSourceConditions } from './preconditions.ts';

type Copy = FilesystemCommands['object.copy'];

export function copyObject(draft: Draft, { at, data }: Command<Copy>): Committed & Copied {
  const source = requireSource(draft, data);
  return putCopy(draft, data, { ...source, content: copied(source.object.content, data) }, at);
}

/** The whole object under another name; where the bucket keeps versions, a delete marker stays. */
export function moveObject(draft: Draft, { at, data }: Command<FilesystemCommands['object.move']>): Committed {
  const { from, to, versionSalt } = data;
  if (from.namespace === to.namespace && from.bucket === to.bucket && from.key === to.key) {
    throw new InvalidInput('An object cannot be moved onto itself.', { code: 'same-name' });
  }
  const source = requireSource(draft, data);
  const { sourceVersionId: _, ...committed } = putCopy(draft, data, { ...source, content: source.object.content }, at);
  const before = draft.get(objectTable, objectKey(source.bucket.id, from.key));
  deleteNewest(draft, source.bucket, from.key, before, { at, versionSalt });
  return committed;
}

interface Source {
  bucket: BucketRecord;
  object: ObjectRecord;
}

/** @throws NotFound, PreconditionFailed */
function requireSource(draft: Draft, { from, fromVersion, sourceConditions }: Copy): Source {
  const bucket = requireBucket(draft, from.namespace, from.bucket);
  const object = requireObject(draft, bucket, from, fromVersion);
  if (!holdsSourceConditions(object.content.etag, object.modifiedAtMs, sourceConditions)) {
    throw new PreconditionFailed(`The source is not as it should be: its ETag is "${object.content.etag}" now.`);
  }
  return { bucket, object };
}

/** S3 takes it for a wrong request to copy a delete marker, not for a wrong method. */
function requireObject(
  draft: Draft,
  bucket: BucketRecord,
  from: ObjectName,
  version: string | undefined,
): ObjectRecord {
  try {
    return requireVersion(draft, bucket, from, version);
  } catch (error) {
    if (!(error instanceof MethodNotAllowed)) throw error;
    throw new InvalidInput('The source is a delete marker; there is nothing to copy.', {
      code: 'copy-of-delete-marker',
      cause: error,
    });
  }
}

function putCopy(
  draft: Draft,
  { to, preconditions, versionSalt }: Copy,
  { bucket: from, object, content }: Source & { content: ObjectContent },
  at: number,
): Committed & Copied {
  const { bucket, before } = target(draft, to);
  assertPreconditions(before?.content.etag, preconditions);
  holdShared(draft, content.extents);
  const committed = replaceObject(draft, bucket, to.key, before, { content, modifiedAtMs: at, versionSalt });
  const { versionId: sourceVersionId } = shownVersion(from, object);
  return { ...committed, ...(sourceVersionId !== undefined && { sourceVersionId }) };
}

/** A website's redirect is of one object only: it is not copied along (S3, CopyObject, `x-amz-website-redirect-location`). */
function copied({ redirect: _, ...source }: ObjectContent, { replace, tags }: Copy): ObjectContent {
  const content: ObjectContent = { ...source, ...replace };
  if (tags === undefined) return content;
  const { tags: __, ...untagged } = content;
  return Object.keys(tags).length === 0 ? untagged : { ...untagged, tags };
}
