/** What is set of a bucket, each setting a record of its own that goes with the bucket. */
import { type BucketSettings, bucketSettings } from '../../../common/filesystem/index.ts';
import { bucketSettingKey, bucketSettingTable, type StoredSetting } from '../view/bucket-tables.ts';
import type { Draft } from '../view/draft.ts';
import type { BucketRecord } from '../view/records.ts';
import type { Source } from '../view/table.ts';

const STORED = bucketSettings.keyof().options.filter((setting) => setting !== 'versioning');

export function readSetting<Setting extends keyof BucketSettings>(
  source: Source,
  bucket: BucketRecord,
  setting: Setting,
): NonNullable<BucketSettings[Setting]> | undefined;
export function readSetting(source: Source, bucket: BucketRecord, setting: keyof BucketSettings): unknown {
  if (setting === 'versioning') return bucket.versioning;
  return source.get(bucketSettingTable, bucketSettingKey(setting, bucket.id))?.value;
}

export function putSetting<Setting extends StoredSetting>(
  draft: Draft,
  { id: bucketId, namespace, name: bucket }: BucketRecord,
  setting: Setting,
  value: NonNullable<BucketSettings[Setting]> | null,
): void {
  const key = bucketSettingKey(setting, bucketId);
  if (value === null) draft.remove(bucketSettingTable, key);
  else draft.put(bucketSettingTable, key, { namespace, bucket, bucketId, value });
}

export function removeSettings(draft: Draft, bucket: BucketRecord): void {
  for (const setting of STORED) {
    const key = bucketSettingKey(setting, bucket.id);
    if (draft.get(bucketSettingTable, key)) draft.remove(bucketSettingTable, key);
  }
}
