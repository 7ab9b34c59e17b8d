/** The object that a name, and perhaps a version's id, stand for. */
import { MethodNotAllowed, NotFound } from '../../../common/errors/index.ts';
import type { ObjectName } from '../../../common/filesystem/index.ts';
import { findVersion, newestNoncurrent } from './find-version.ts';
import { objectKey } from './keys.ts';
import { type BucketRecord, type ObjectRecord, objectTable, type VersionRecord } from './records.ts';
import type { Source } from './table.ts';
import { parseVersionId, versionName } from './version-id.ts';

/**
 * @throws NotFound `no-such-key`, `no-such-version`, `delete-marker` (what is newest is one)
 * @throws MethodNotAllowed `delete-marker-version`: the version asked for is one
 * @throws InvalidInput `invalid-version`
 */
export function requireVersion(
  source: Source,
  bucket: BucketRecord,
  { key }: Pick<ObjectName, 'key'>,
  version: string | undefined,
): ObjectRecord {
  if (version === undefined) return requireNewest(source, bucket, key);
  const found = findVersion(source, bucket.id, key, parseVersionId(version));
  if (!found) {
    throw new NotFound(`There is no version ${version} of '${key}' in ${bucket.name}.`, { code: 'no-such-version' });
  }
  if (found.content) return found;
  throw new MethodNotAllowed('This version is a delete marker; it can only be deleted.', {
    code: 'delete-marker-version',
    fields: { versionId: versionName(found.versionId), modifiedAt: new Date(found.modifiedAtMs).toISOString() },
  });
}

function requireNewest(source: Source, bucket: BucketRecord, key: string): ObjectRecord {
  const object = source.get(objectTable, objectKey(bucket.id, key));
  if (object) return object;
  const marker = bucket.versioning && newestNoncurrent(source, bucket.id, key);
  if (!marker) throw new NotFound(`There is no object '${key}' in ${bucket.name}.`, { code: 'no-such-key' });
  throw new NotFound(`'${key}' in ${bucket.name} is deleted; older versions of it are kept.`, {
    code: 'delete-marker',
    fields: { versionId: versionName(marker.versionId), modifiedAt: new Date(marker.modifiedAtMs).toISOString() },
  });
}

/** What answers say of the version: nothing where a bucket never kept any. */
export function shownVersion(
  { versioning }: Pick<BucketRecord, 'versioning'>,
  { versionId }: Pick<VersionRecord, 'versionId'>,
): { versionId?: string } {
  return versioning === undefined ? {} : { versionId: versionName(versionId) };
}
