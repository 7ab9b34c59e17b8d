/**
 * What becomes of the versions of a key (Amazon S3 User Guide, "How S3 Versioning works"): a bucket that never kept any
 * replaces; `Enabled` keeps all; `Suspended` replaces the version `null` and keeps the others.
 */
import type { Draft } from '../view/draft.ts';
import { findVersion, newestNoncurrent } from '../view/find-version.ts';
import { nullVersionKey, objectKey, versionKey } from '../view/keys.ts';
import {
  type BucketRecord,
  nullVersionTable,
  type ObjectRecord,
  objectTable,
  type VersionRecord,
  versionTable,
} from '../view/records.ts';
import { makeVersionId } from '../view/version-id.ts';
import { type CountChange, countObjects } from './count.ts';
import { release } from './extents.ts';

/** What a new version is called and what its coming does to the figures; its own size is not in them yet. */
export interface Succession {
  version: Pick<VersionRecord, 'versionId' | 'sequence'>;
  change: Required<CountChange>;
}

/**
 * Makes room on top of the versions of a key: `before`, the object that is there now, becomes noncurrent or goes. Whoever
 * calls puts something new (an object or a delete marker) there and counts.
 */
export function succeed(
  draft: Draft,
  bucket: BucketRecord,
  key: string,
  before: ObjectRecord | undefined,
  { at, versionSalt }: { at: number; versionSalt: Uint8Array },
): Succession {
  const change = { objects: before ? -1 : 0, versions: 0, markers: 0, bytes: 0 };
  const isNullReplaced = bucket.versioning !== 'Enabled';
  if (before && isNullReplaced && before.versionId === null) {
    release(draft, before.content.extents, at);
    change.bytes -= before.content.size;
  }
  if (bucket.versioning === undefined) return { version: { versionId: null, sequence: 0 }, change };
  const sequence = ((before ?? newestNoncurrent(draft, bucket.id, key))?.sequence ?? 0) + 1;
  if (isNullReplaced && before?.versionId !== null) {
    const old = findVersion(draft, bucket.id, key, null);
    if (old) {
      removeNoncurrent(draft, bucket, key, old);
      if (old.content) release(draft, old.content.extents, at);
      leave(change, old);
    }
  }
  if (before && !(isNullReplaced && before.versionId === null)) {
    putNoncurrent(draft, bucket, key, before);
    change.versions += 1;
  }
  const versionId = bucket.versioning === 'Enabled' ? makeVersionId(sequence, versionSalt) : null;
  return { version: { versionId, sequence }, change };
}

/** Removes just this one for good; what is newest then is what is seen. */
export function removeVersion(draft: Draft, bucket: BucketRecord, key: string, removed: VersionRecord, at: number) {
  const change = { objects: 0, versions: 0, markers: 0, bytes: 0 };
  if (removed.content) release(draft, removed.content.extents, at);
  const current = draft.get(objectTable, objectKey(bucket.id, key));
  if (removed.content && current?.sequence === removed.sequence) {
    draft.remove(objectTable, objectKey(bucket.id, key));
    change.objects -= 1;
    change.bytes -= removed.content.size;
  } else {
    removeNoncurrent(draft, bucket, key, removed);
    leave(change, removed);
  }
  const isHidden = current && current.sequence !== removed.sequence;
  const next = isHidden || bucket.versioning === undefined ? undefined : newestNoncurrent(draft, bucket.id, key);
  if (next?.content) {
    removeNoncurrent(draft, bucket, key, next);
    draft.put(objectTable, objectKey(bucket.id, key), next);
    change.objects += 1;
    change.versions -= 1;
  }
  countObjects(draft, bucket, change);
}

/** In the place of what it was, with other content: nothing is newer or older for it. */
export function putVersion(draft: Draft, bucket: BucketRecord, key: string, record: ObjectRecord): void {
  const current = draft.get(objectTable, objectKey(bucket.id, key));
  if (current?.sequence === record.sequence) draft.put(objectTable, objectKey(bucket.id, key), record);
  else putNoncurrent(draft, bucket, key, record);
}

export function putNoncurrent(draft: Draft, { id }: BucketRecord, key: string, record: VersionRecord): void {
  draft.put(versionTable, versionKey(id, key, record.sequence), record);
  if (record.versionId === null) draft.put(nullVersionTable, nullVersionKey(id, key), record.sequence);
}

function removeNoncurrent(draft: Draft, { id }: BucketRecord, key: string, record: VersionRecord): void {
  draft.remove(versionTable, versionKey(id, key, record.sequence));
  if (record.versionId === null) draft.remove(nullVersionTable, nullVersionKey(id, key));
}

/** A noncurrent one is no more. */
function leave(change: Required<CountChange>, { content }: VersionRecord): void {
  if (content) {
    change.versions -= 1;
    change.bytes -= content.size;
  } else change.markers -= 1;
}
