/**
 * Uploads in parts (S3's multipart): `POST /internal/filesystem/multipart/<name>`, role `gateway`. A part is a list of extents;
 * completing joins the lists and copies no byte.
 */
import { z } from 'zod';
import { extent } from './extent.ts';
import {
  asker,
  bucketName,
  CHECKSUM_ALGORITHMS,
  type Expiration,
  objectName,
  preconditions,
  tags,
  writtenChunk,
} from './master-protocol.ts';
import type { Owner } from './object-calls.ts';

export const MIN_PART_BYTES = 5 * 1024 * 1024;
export const MAX_PARTS = 10_000;

const partNumber = z.int().min(1).max(MAX_PARTS);
const upload = { ...asker, name: objectName, upload: z.string().max(128) };

/** `multipart/begin` → `{ upload }`. */
export const multipartBegin = z.object({
  ...asker,
  name: objectName,
  contentType: z.string().max(256),
  headers: z.record(z.string(), z.string()),
  tags: tags.optional(),
  redirect: z.string().max(2048).optional(),
  checksum: z.object({ algorithm: z.enum(CHECKSUM_ALGORITHMS), type: z.enum(['FULL_OBJECT', 'COMPOSITE']) }).optional(),
});

/** `multipart/inspect` → `MultipartUpload`: before a part's body is read. Problems: `no-such-upload`, `quota-exceeded`. */
export const multipartInspect = z.object({
  ...upload,
  /** Bytes that are to be sent, when announced: what is over quota is refused before they are. */
  size: z.int().nonnegative().optional(),
});
export const multipartReference = z.object(upload);
export interface MultipartUpload {
  upload: string;
  /** With its namespace. */
  name: { namespace: string; bucket: string; key: string };
  checksum?: { algorithm: (typeof CHECKSUM_ALGORITHMS)[number]; type: 'FULL_OBJECT' | 'COMPOSITE' };
  initiatedAt: string;
}

/** `multipart/part`: commits one part, in the place of an earlier one of the same number → `{ modifiedAt }`. */
export const multipartPart = z.object({
  ...upload,
  part: partNumber,
  size: z.int().nonnegative(),
  /** MD5 in hex. */
  etag: z.string().length(32),
  /** By the upload's algorithm, in base64. */
  checksum: z.string().max(128).optional(),
  /** Never inline, however small: an object is inline or has extents, and a part is to be joined with others. */
  extents: z.array(extent),
  chunks: z.array(writtenChunk),
});

/**
 * `multipart/complete` → `Completed`, ETag of S3's form (`<MD5 of the MD5s>-<parts>`). Said again after it succeeded, it
 * answers the same, for an hour. Problems: `no-such-upload`, `invalid-part` (`fields.part`), `invalid-part-order`,
 * `entity-too-small` (`fields.part`, `.size`, `.minimum`, `.etag`), `bad-digest`,
 * `object-size-mismatch`, `precondition-failed`.
 */
export const multipartComplete = z.object({
  ...upload,
  parts: z
    .array(z.object({ part: partNumber, etag: z.string().max(64), checksum: z.string().max(128).optional() }))
    .min(1)
    .max(MAX_PARTS),
  /** What the whole is said to be, when the caller says it. */
  checksum: z.string().max(128).optional(),
  size: z.int().nonnegative().optional(),
  preconditions,
});
export interface Completed {
  etag: string;
  modifiedAt: string;
  versionId?: string;
  expiration?: Expiration;
  checksum?: { algorithm: (typeof CHECKSUM_ALGORITHMS)[number]; value: string; type: 'FULL_OBJECT' | 'COMPOSITE' };
}

/** `multipart/abort` → nothing. Takes `multipartReference`. */

/** `multipart/parts` → `ListedParts`. */
export const multipartParts = z.object({
  ...upload,
  after: z.int().min(0).max(MAX_PARTS),
  limit: z.int().min(0).max(1000),
});
export interface ListedParts {
  parts: { part: number; size: number; etag: string; modifiedAt: string; checksum?: string }[];
  next: number | null;
  checksum?: MultipartUpload['checksum'];
  owner: Owner;
  initiator: Owner;
}

/** `multipart/list` → `ListedUploads`. */
export const multipartList = z.object({
  ...asker,
  ...bucketName.shape,
  prefix: z.string().max(1024),
  delimiter: z.string().max(1024),
  after: z.string().max(1024).optional(),
  /** Goes on within the uploads of the key `after`, behind this one. */
  afterUpload: z.string().max(128).optional(),
  limit: z.int().min(0).max(1000),
});
export interface ListedUploads {
  uploads: {
    key: string;
    upload: string;
    initiatedAt: string;
    initiator: Owner;
    checksum?: MultipartUpload['checksum'];
  }[];
  prefixes: string[];
  next: { after: string; afterUpload: string } | null;
  owner: Owner;
}
