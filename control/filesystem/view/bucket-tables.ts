/** What is known of buckets beyond their own records: who holds a name in S3, their settings, and what a namespace uses. */
import type { BucketSetting, BucketSettings } from '../../../common/filesystem/index.ts';
import { decodeCbor, encodeCbor } from '../../../common/internal/index.ts';
import { keyOf, type Table } from './table.ts';

/**
 * S3 names buckets without a namespace. By bucket name: the namespaces that have one of that name, in the order in which
 * they made it. The first holds the name in S3; it passes on when that bucket is deleted.
 */
export const s3NameTable: Table<string[]> = {
  prefix: 0x20,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as string[],
};
export const s3NameKey = (bucket: string) => keyOf(s3NameTable, bucket);

/** `versioning` is part of the bucket's own record, since every write must know it. */
export type StoredSetting = Exclude<BucketSetting, 'versioning'>;
export interface SettingRecord<Setting extends StoredSetting = StoredSetting> {
  namespace: string;
  bucket: string;
  bucketId: number;
  value: NonNullable<BucketSettings[Setting]>;
}

/** By setting, then by bucket: the buckets that have a lifecycle lie behind one another. */
export const bucketSettingTable: Table<SettingRecord> = {
  prefix: 0x21,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as SettingRecord,
};
export const settingsOf = (setting: StoredSetting) => keyOf(bucketSettingTable, `${setting}\0`);
export function bucketSettingKey(setting: StoredSetting, bucketId: number): Buffer {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(bucketId);
  return keyOf(bucketSettingTable, `${setting}\0`, id);
}

/** Absent: no limit. */
export interface Quota {
  bytes?: number;
  objects?: number;
  buckets?: number;
}
export interface NamespaceUsage {
  /** Of objects, noncurrent versions, and what was received of uploads that are not finished. */
  bytes: number;
  /** Objects and noncurrent versions; a delete marker is none. */
  objects: number;
  buckets: number;
  quota?: Quota;
}
export const NO_USAGE: NamespaceUsage = { bytes: 0, objects: 0, buckets: 0 };

export const namespaceUsageTable: Table<NamespaceUsage> = {
  prefix: 0x22,
  encode: ({ bytes, objects, buckets, quota }) =>
    encodeCbor(quota ? [bytes, objects, buckets, quota] : [bytes, objects, buckets]),
  decode: (encoded) => {
    const [bytes, objects, buckets, quota] = decodeCbor(encoded) as [number, number, number, Quota?];
    return { bytes, objects, buckets, ...(quota && { quota }) };
  },
};
export const namespaceUsageKey = (namespace: string) => keyOf(namespaceUsageTable, namespace);
