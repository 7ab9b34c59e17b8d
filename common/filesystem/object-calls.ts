/**
 * What the S3 door asks of the master about objects beyond place, commit and lookup: `POST /internal/filesystem/object/<name>`,
 * role `gateway`. Names may be without a namespace, as S3 names buckets.
 */
import { z } from 'zod';
import type { ObjectColumns } from './listed-objects.ts';
import { asker, bucketName, type Expiration, objectName, preconditions, tags, versionId } from './master-protocol.ts';

/** Keys and common prefixes together. */
const limit = z.int().min(0).max(1000);
/** Keys from here on: strictly behind it, and behind all that shares its common prefix when it has the delimiter. */
const after = z.string().max(1024);

/** `object/list` → `ListedObjects`. */
export const objectList = z.object({
  ...asker,
  ...bucketName.shape,
  prefix: z.string().max(1024),
  delimiter: z.string().max(1024),
  after: after.optional(),
  limit,
});
export interface ListedObjects {
  objects: ObjectColumns;
  prefixes: string[];
  /** The last key or common prefix of this page when there is more: the next page's `after`. */
  next: string | null;
  owner: Owner;
}
/** Whom S3 shows as owner of a bucket and of all in it: its namespace. */
export interface Owner {
  id: string;
  displayName: string;
}

/** `object/list-versions` → `ListedVersions`. Problem: `invalid-version`. */
export const versionList = z.object({
  ...asker,
  ...bucketName.shape,
  prefix: z.string().max(1024),
  delimiter: z.string().max(1024),
  after: after.optional(),
  /** Goes on within the versions of the key `after`, behind this one. */
  afterVersion: versionId.optional(),
  limit,
});
export interface ListedVersion {
  key: string;
  versionId: string;
  isLatest: boolean;
  isDeleteMarker: boolean;
  size: number;
  etag: string;
  modifiedAt: string;
  checksum?: { algorithm: string; type: string };
}
export interface ListedVersions {
  /** By key, then newest first. */
  versions: ListedVersion[];
  prefixes: string[];
  next: { after: string; afterVersion: string | null } | null;
  owner: Owner;
}

/**
 * `object/delete` → `Answer<Deleted>[]`, item by item; all of them in one entry of the log. What is not there is deleted
 * already, whatever the conditions; of a delete marker, `*` holds, and no ETag does. Problems of items: `invalid-key`,
 * `invalid-version`, `precondition-failed`, `forbidden`.
 */
export const objectDelete = z.object({
  ...asker,
  ...bucketName.shape,
  items: z
    .array(
      z.object({
        key: z.string(),
        version: versionId.optional(),
        ifMatch: z.string().optional(),
        ifMatchModifiedMs: z.int().optional(),
        ifMatchSize: z.int().optional(),
      }),
    )
    .min(1)
    .max(1000),
});
export interface Deleted {
  /** Of the delete marker that was made or removed, or of the version that was removed. */
  versionId?: string;
  isDeleteMarker: boolean;
}

/**
 * `object/copy` → `Committed`, with the source's version. No byte is copied; onto itself only with `replace`, or from a
 * version. Problems: those of `lookup` for the source, `copy-onto-itself`, `copy-of-delete-marker`, `precondition-failed`
 * (`fields.condition` where it is the target's), `quota-exceeded`.
 */
export const objectCopy = z.object({
  ...asker,
  from: objectName,
  fromVersion: versionId.optional(),
  to: objectName,
  sourceConditions: z.object({
    ifMatch: z.string().optional(),
    ifNoneMatch: z.string().optional(),
    modifiedSinceMs: z.int().optional(),
    unmodifiedSinceMs: z.int().optional(),
  }),
  preconditions,
  /** Instead of the source's own. */
  replace: z
    .object({
      contentType: z.string().max(256),
      headers: z.record(z.string(), z.string()),
      redirect: z.string().max(2048).optional(),
    })
    .optional(),
  tags: tags.optional(),
});
export interface Copied {
  etag: string;
  modifiedAt: string;
  versionId?: string;
  expiration?: Expiration;
  sourceVersionId?: string;
}

/** `object/tags` sets or removes (`null`) an object's tags → `{ versionId? }`; they are read by `lookup`. */
export const objectTags = z.object({
  ...asker,
  name: objectName,
  version: versionId.optional(),
  tags: tags.nullable(),
});
