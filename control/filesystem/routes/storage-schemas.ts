/** What goes in and out of /api/storage. */
import { z } from '@hono/zod-openapi';
import { VISIBILITIES } from '../../../common/filesystem/index.ts';
import type { BucketRecord, ShareRecord } from '../view/records.ts';

export const visibility = z.enum(VISIBILITIES).openapi({
  description: 'private: members; unlisted: everyone who knows a key; public: everyone, listing too.',
});
export const bucketInput = z.strictObject({
  namespace: z.string().min(1).max(64),
  name: z.string().min(3).max(63),
  visibility: visibility.default('private'),
});
export const bucketSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    visibility,
    createdAt: z.string(),
    objects: z.int(),
    bytes: z.int(),
  })
  .openapi('Bucket');

export function bucketOf({ namespace, name, visibility, createdAtMs, objects, bytes }: BucketRecord) {
  return { namespace, name, visibility, createdAt: new Date(createdAtMs).toISOString(), objects, bytes };
}

export const objectSchema = z
  .object({ key: z.string(), size: z.int(), etag: z.string(), contentType: z.string(), modifiedAt: z.string() })
  .openapi('Object');
export const objectPage = z.object({
  items: z.array(objectSchema),
  prefixes: z.array(z.string()),
  nextCursor: z.string().nullable(),
});

export const nameInput = z.strictObject({ namespace: z.string(), bucket: z.string(), key: z.string() });
export const transferInput = z.strictObject({ from: nameInput, to: nameInput });
export const committedSchema = z.object({ etag: z.string(), modifiedAt: z.string(), created: z.boolean() });

const DAY_SECONDS = 24 * 3600;
export const shareInput = nameInput.extend({
  expiresInSeconds: z
    .int()
    .min(1)
    .max(365 * DAY_SECONDS)
    .default(7 * DAY_SECONDS),
});
export const shareSchema = z
  .object({
    id: z.string(),
    namespace: z.string(),
    bucket: z.string(),
    key: z.string(),
    createdAt: z.string(),
    createdBy: z.string(),
    expiresAt: z.string(),
  })
  .openapi('Share');
export const newShareSchema = shareSchema.extend({ url: z.string().openapi({ description: 'A path; shown once.' }) });

export function shareOf(share: ShareRecord) {
  return {
    id: share.id,
    ...share.name,
    createdAt: new Date(share.createdAtMs).toISOString(),
    createdBy: share.createdBy,
    expiresAt: new Date(share.expiresAtMs).toISOString(),
  };
}

const limit = (what: string) =>
  z
    .int()
    .nonnegative()
    .nullable()
    .openapi({ description: `${what}; null: no limit.` });
export const quotaInput = z.strictObject({
  bytes: limit('Of objects, noncurrent versions and uploads that are not finished'),
  objects: limit('Objects and noncurrent versions'),
  buckets: limit('Buckets'),
});
export const usageSchema = z
  .object({
    namespace: z.string(),
    used: z.object({ bytes: z.int(), objects: z.int(), buckets: z.int() }),
    quota: quotaInput,
  })
  .openapi('NamespaceUsage');

export const statusSchema = z
  .object({
    chunkservers: z.array(
      z.object({
        node: z.string(),
        zone: z.string(),
        standing: z.string(),
        detail: z.string(),
        totalBytes: z.int(),
        freeBytes: z.int(),
        load: z.int(),
      }),
    ),
    objects: z.int(),
    logicalBytes: z.int(),
    chunks: z.int(),
    chunkBytes: z.int().openapi({ description: 'One replica of each.' }),
    liveBytes: z.int(),
    chunksShort: z.int(),
    chunksMissing: z.int(),
    replicasShort: z.int(),
    orphans: z.int(),
    checksumFaults: z.int().openapi({
      description: 'Reports of wrong checksums in replicas, by chunkservers and gateways, since control started.',
    }),
  })
  .openapi('StorageStatus');
