/** Deletions, many in one command: each is refused or done by itself. What is not there is deleted already (S3, DeleteObjects). */
import { AppError, PreconditionFailed } from '../../../common/errors/index.ts';
import type { Deleted } from '../../../common/filesystem/index.ts';
import type { Command } from '../../log/index.ts';
import { Draft } from '../view/draft.ts';
import { findVersion, newestNoncurrent } from '../view/find-version.ts';
import { objectKey } from '../view/keys.ts';
import { type BucketRecord, type ObjectRecord, objectTable, type VersionRecord } from '../view/records.ts';
import { parseVersionId, versionName } from '../view/version-id.ts';
import { requireBucket } from './bucket.ts';
import { countObjects } from './count.ts';
import type { Deletion, FilesystemCommands } from './data.ts';
import { assertObjectKey } from './object.ts';
import { assertPreconditions } from './preconditions.ts';
import { putNoncurrent, removeVersion, succeed } from './versions.ts';

export type DeletionOutcome = { ok: true; value: Deleted } | { ok: false; error: AppError };

/** When and by what ids delete markers are made. */
interface Moment {
  at: number;
  versionSalt: Uint8Array;
}

export function deleteObjects(
  draft: Draft,
  { at, data }: Command<FilesystemCommands['object.delete']>,
): DeletionOutcome[] {
  const { namespace, bucket: name } = data.bucket;
  requireBucket(draft, namespace, name);
  return data.items.map((item) => {
    const own = new Draft(draft);
    try {
      const value = deleteOne(own, requireBucket(own, namespace, name), item, { at, versionSalt: data.versionSalt });
      own.mergeInto(draft);
      return { ok: true, value };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { ok: false, error };
    }
  });
}

function deleteOne(draft: Draft, bucket: BucketRecord, item: Deletion, moment: Moment): Deleted {
  assertObjectKey(item.key);
  if (item.version !== undefined) return deleteVersion(draft, bucket, item, item.version, moment.at);
  const before = draft.get(objectTable, objectKey(bucket.id, item.key));
  if (isConditional(item)) {
    const newest = before ?? (item.mustExist ? undefined : hiddenBy(draft, bucket, item.key));
    // A condition is about something: where there is nothing, no delete marker is made either.
    if (!newest && !item.mustExist) return { isDeleteMarker: false };
    assertDeletable(newest, item);
  }
  return deleteNewest(draft, bucket, item.key, before, moment);
}

/** The delete marker that is the newest of its key. */
function hiddenBy(draft: Draft, bucket: BucketRecord, key: string): VersionRecord | undefined {
  return bucket.versioning && newestNoncurrent(draft, bucket.id, key);
}

/** Without a version: gone where no versions are kept, else under a delete marker. */
export function deleteNewest(
  draft: Draft,
  bucket: BucketRecord,
  key: string,
  before: ObjectRecord | undefined,
  moment: Moment,
): Deleted {
  const { version, change } = succeed(draft, bucket, key, before, moment);
  if (before) draft.remove(objectTable, objectKey(bucket.id, key));
  if (bucket.versioning === undefined) {
    countObjects(draft, bucket, change);
    return { isDeleteMarker: false };
  }
  putNoncurrent(draft, bucket, key, { content: null, modifiedAtMs: moment.at, ...version });
  countObjects(draft, bucket, { ...change, markers: change.markers + 1 });
  return { versionId: versionName(version.versionId), isDeleteMarker: true };
}

function deleteVersion(draft: Draft, bucket: BucketRecord, item: Deletion, version: string, at: number): Deleted {
  const found = findVersion(draft, bucket.id, item.key, parseVersionId(version));
  if (item.isNoncurrent && found && isCurrent(draft, bucket, item.key, found)) return { isDeleteMarker: false };
  if (found) {
    assertDeletable(found, item);
    removeVersion(draft, bucket, item.key, found, at);
  }
  return { versionId: version, isDeleteMarker: found?.content === null };
}

function isConditional({ ifMatch, ifMatchModifiedMs, ifMatchSize }: Deletion): boolean {
  return ifMatch !== undefined || ifMatchModifiedMs !== undefined || ifMatchSize !== undefined;
}

/**
 * A delete marker is there (`*`) and empty, and has no ETag.
 * @throws PreconditionFailed
 */
function assertDeletable(found: VersionRecord | undefined, item: Deletion): void {
  const { ifMatch, ifMatchModifiedMs, ifMatchSize } = item;
  assertPreconditions(found && (found.content?.etag ?? ''), ifMatch === undefined ? {} : { ifMatch });
  // Both come as HTTP dates, or are compared as if they did: to the second.
  if (ifMatchModifiedMs !== undefined && seconds(found?.modifiedAtMs) !== seconds(ifMatchModifiedMs)) {
    throw new PreconditionFailed('It was modified at another time.');
  }
  const size = found && (found.content?.size ?? 0);
  if (ifMatchSize !== undefined && size !== ifMatchSize) throw new PreconditionFailed('Its size is another one.');
}

function seconds(timeMs: number | undefined): number | undefined {
  return timeMs === undefined ? undefined : Math.floor(timeMs / 1000);
}

function isCurrent(draft: Draft, { id }: BucketRecord, key: string, { sequence }: VersionRecord): boolean {
  return draft.get(objectTable, objectKey(id, key))?.sequence === sequence;
}
