/** Buckets as the S3 door sees them: `POST /internal/filesystem/bucket/<name>`, role `gateway`. */
import { z } from 'zod';
import { type BucketSettings, bucketSettings } from './bucket-settings.ts';
import { asker, bucketName } from './master-protocol.ts';
import type { Owner } from './object-calls.ts';

export const VISIBILITIES = ['private', 'unlisted', 'public'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/**
 * `bucket/create` → `BucketInfo`: in the access key's namespace. Problems: `invalid-bucket-name`, `bucket-exists` (409, of
 * others), `bucket-exists-already-yours` (409), `quota-exceeded` (403).
 */
export const bucketCreate = z.object({
  ...asker,
  bucket: z.string(),
  visibility: z.enum(VISIBILITIES),
  ownership: bucketSettings.shape.ownership,
});

/** `bucket/delete` → nothing. Problems: `no-such-bucket`, `bucket-not-empty`. Takes `bucketReference`. */
export const bucketReference = z.object({ ...asker, ...bucketName.shape });

/** `bucket/inspect` → `BucketInfo`: for whoever may list it, or may know what is asked about. */
export const BUCKET_FACTS = ['bucket', 'acl', 'location', 'policy-status'] as const;
export type BucketFact = (typeof BUCKET_FACTS)[number];
export const bucketInspect = z.object({ ...bucketReference.shape, about: z.enum(BUCKET_FACTS).optional() });

/**
 * `bucket/rules` → `BucketRules`: what the gateway obeys for everyone, of the bucket that the asker means. Problem:
 * `no-such-bucket`. Takes `bucketReference`.
 */
export interface BucketRules {
  namespace: string;
  bucket: string;
  visibility: Visibility;
  ownership?: NonNullable<BucketSettings['ownership']>;
  cors?: BucketSettings['cors'];
  website?: BucketSettings['website'];
}

export interface BucketInfo {
  namespace: string;
  bucket: string;
  createdAt: string;
  visibility: Visibility;
  versioning?: 'Enabled' | 'Suspended';
  owner: Owner;
  /** Whether the asker is of the bucket's namespace. */
  isOwn: boolean;
}

/** `bucket/list`: of the access key's namespace, by name → `ListedBuckets`. */
export const bucketList = z.object({
  ...asker,
  prefix: z.string().max(63),
  after: z.string().max(63).optional(),
  limit: z.int().min(1).max(10_000),
});
export interface ListedBuckets {
  buckets: { name: string; createdAt: string }[];
  next: string | null;
  owner: Owner;
}

/** `bucket/setting` → the setting's value, or null. `bucket/configure` sets one, or removes it (`null`) → nothing. */
export const bucketSetting = z.object({ ...asker, ...bucketName.shape, setting: bucketSettings.keyof() });
export const bucketConfigure = z.object({
  ...asker,
  ...bucketName.shape,
  setting: bucketSettings.keyof(),
  /** As `bucketSettings` has it for that setting. */
  value: z.unknown(),
});

/** `bucket/visibility`: what S3 sets by a canned ACL → nothing. */
export const bucketVisibility = z.object({ ...asker, ...bucketName.shape, visibility: z.enum(VISIBILITIES) });
