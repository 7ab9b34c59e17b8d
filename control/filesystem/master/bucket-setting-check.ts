/** What is to be set, checked by S3's rules before it becomes a command. */
import { InvalidInput } from '../../../common/errors/index.ts';
import { type BucketSetting, bucketSettings } from '../../../common/filesystem/index.ts';
import type { SettingChange } from '../commands/data.ts';
import type { BucketRecord } from '../view/records.ts';

/** @throws InvalidInput, its code by the setting: S3 has one of its own for each. */
export function parseSetting(setting: BucketSetting, value: unknown, _bucket: BucketRecord): SettingChange {
  if (value === null) return { setting, value };
  const parsed = bucketSettings.shape[setting].safeParse(value);
  if (!parsed.success) throw new InvalidInput(`This is no ${setting} setting: ${parsed.error.message}`);
  return { setting, value: parsed.data } as SettingChange;
}
