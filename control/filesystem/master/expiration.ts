/** What answers say of an object that its bucket's lifecycle will delete (S3 API Reference, "x-amz-expiration"). */
import type { Expiration } from '../../../common/filesystem/index.ts';
import { readSetting } from '../commands/bucket-settings.ts';
import { nextExpiration } from '../decisions/lifecycle.ts';
import type { FilesystemView } from '../view/filesystem-view.ts';
import type { BucketRecord, ObjectRecord } from '../view/records.ts';

export function expirationOf(
  view: FilesystemView,
  bucket: BucketRecord,
  key: string,
  { content, modifiedAtMs }: Pick<ObjectRecord, 'content' | 'modifiedAtMs'>,
): { expiration?: Expiration } {
  const rules = readSetting(view, bucket, 'lifecycle');
  const next = rules && nextExpiration(rules, { key, size: content.size, tags: content.tags ?? {}, modifiedAtMs });
  return next ? { expiration: { at: new Date(next.atMs).toISOString(), rule: next.rule } } : {};
}

/** Of what was just written. Where another write came right after it, it is of that one: by the same rules. */
export function expirationOfWritten(
  view: FilesystemView,
  bucket: BucketRecord,
  key: string,
): { expiration?: Expiration } {
  if (!readSetting(view, bucket, 'lifecycle')) return {};
  const object = view.object(bucket.id, key);
  return object ? expirationOf(view, bucket, key, object) : {};
}
