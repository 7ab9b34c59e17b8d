/**
 * Where the versions of a key are. Invariant: the newest version of a key is in `objectTable` exactly when it is an object;
 * all others and all delete markers are in `versionTable`. So a bucket that never kept versions has nothing there.
 */
import { nullVersionKey, objectKey, versionKey, versionsOf } from './keys.ts';
import { nullVersionTable, objectTable, type VersionRecord, versionTable } from './object-record.ts';
import type { Source } from './table.ts';
import { sequenceOf } from './version-id.ts';

/** By its id; `null` is the one that was written without. */
export function findVersion(
  source: Source,
  bucketId: number,
  key: string,
  versionId: string | null,
): VersionRecord | undefined {
  const current = source.get(objectTable, objectKey(bucketId, key));
  if (current?.versionId === versionId) return current;
  const sequence =
    versionId === null ? source.get(nullVersionTable, nullVersionKey(bucketId, key)) : sequenceOf(versionId);
  if (sequence === undefined) return undefined;
  const found = source.get(versionTable, versionKey(bucketId, key, sequence));
  return found?.versionId === versionId ? found : undefined;
}

/** The newest of those in `versionTable`: where there is no object of that key, the delete marker that hides the others. */
export function newestNoncurrent(source: Source, bucketId: number, key: string): VersionRecord | undefined {
  for (const { value } of source.scan(versionTable, versionsOf(bucketId, key))) return value;
  return undefined;
}
