/**
 * What the gateway asks of the filesystem master (control), as CBOR over mutual TLS: `POST /internal/filesystem/<name>`,
 * role `gateway`. Batched, so that many small requests share one call; every item is answered on its own.
 */
import { z } from 'zod';
import type { Problem } from '../errors/index.ts';
import { chunkId, type Extent, extent, type Replica } from './extent.ts';
import { INLINE_OBJECT_BYTES } from './limits.ts';

/** How the caller of the gateway shows who they are; control decides what it is worth. */
export const credential = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('anonymous') }),
  /** A session's JWT or an API token, as in `Authorization: Bearer`. */
  z.object({ kind: z.literal('bearer'), token: z.string().max(8192) }),
  /** A share link's secret: reads of the one object it names. */
  z.object({ kind: z.literal('share'), token: z.string().max(256) }),
  /** An S3 access key whose signature the gateway has verified (`access-key-protocol.ts`); what it may, control decides. */
  z.object({ kind: z.literal('access-key'), id: z.string().max(128) }),
]);
export type Credential = z.infer<typeof credential>;

/**
 * In calls, a bucket's name without a namespace (`''`) is meant as S3 means it: the bucket of the access key's own
 * namespace, or else the one of the bramble that holds the name in S3. What is stored and answered always has both.
 */
export const bucketName = z.object({ namespace: z.string(), bucket: z.string() });
export type BucketName = z.infer<typeof bucketName>;
export const objectName = bucketName.extend({ key: z.string() });
export type ObjectName = z.infer<typeof objectName>;

/** Which version of an object: an id, or `null` for the one that was written while the bucket kept no versions. */
export const versionId = z.string().min(1).max(64);
export const NULL_VERSION = 'null';

/** Who asks, and for which request: in every item of every call. */
export const asker = {
  requestId: z.string(),
  credential,
  address: z.string().optional(),
  /**
   * What a bucket's policy may ask of the request beyond address and names, by the policy's own condition keys as S3 writes
   * them: `aws:SecureTransport` (`true`/`false`), `aws:Referer`, `aws:UserAgent`, `s3:x-amz-acl`, `s3:x-amz-copy-source`, ….
   * What is not said is not there.
   */
  context: z.record(z.string().max(64), z.string().max(4096)).optional(),
};

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** `authorize`: may this be done? Asked before a body is read; commit asks again. */
export const authorizeRequest = z.object({
  items: z
    .array(
      z.object({
        ...asker,
        action: z.enum(['read', 'write']),
        name: objectName,
        /** Bytes that are to be written, when announced: what is over quota is refused before its body is sent. */
        size: z.int().nonnegative().optional(),
        /** That the object is to have: policies have conditions on them. */
        tags: z.record(z.string(), z.string()).optional(),
      }),
    )
    .max(1024),
});
export type AuthorizeRequest = z.infer<typeof authorizeRequest>;
/** `authorize` answers `Answer<null>[]`, item by item. */

/** `place`: room for `own` whole chunks, and for `shared` a chunk that small objects are appended to. */
export const placeRequest = z.object({
  own: z.int().min(0).max(64),
  shared: z.boolean(),
  /** Chunkservers' nodes that just failed the asker. */
  avoid: z.array(z.string()).max(64),
});
export type PlaceRequest = z.infer<typeof placeRequest>;
export interface Grant {
  chunk: string;
  version: number;
  /** In the order of the chain; of a shared chunk, the first is the primary. At least WRITE_QUORUM. */
  replicas: Replica[];
  /** Until when (ms since the epoch) the grant may be used; renewed by `renew` (own) or a new `place` (shared). */
  validUntilMs: number;
}
export interface PlaceAnswer {
  own: Grant[];
  shared: Grant | null;
}
/** @throws Unavailable (503) when fewer than WRITE_QUORUM chunkservers can take writes; the detail says which are missing. */

/** `renew`: keeps chunks written but not yet committed from being collected. Answers `{ validUntilMs }`. */
export const renewRequest = z.object({ chunks: z.array(chunkId).max(4096) });

/** A chunk written to: the master learns from it which replicas are there and accepts no commit of fewer than two votes. */
export const writtenChunk = z.object({
  chunk: chunkId,
  version: z.int().min(1),
  kind: z.enum(['own', 'shared']),
  /** Bytes of the chunk's file that the voters hold durably. */
  length: z.int().min(1),
  /** Nodes whose replica is durable. */
  votes: z.array(z.string()).min(1).max(16),
});
export type WrittenChunk = z.infer<typeof writtenChunk>;

/** The checksums that S3 knows (Amazon S3 User Guide, "Checking object integrity"). */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export const checksum = z.object({
  algorithm: z.enum(CHECKSUM_ALGORITHMS),
  /** Base64 of the big-endian bytes; a composite one ends in `-<parts>`. */
  value: z.string().max(128),
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
});
export type Checksum = z.infer<typeof checksum>;

/** One part of an object that was uploaded in parts, for reads by part number. */
export const objectPart = z.object({
  part: z.int().min(1).max(10_000),
  size: z.int().nonnegative(),
  checksum: z.string().max(128).optional(),
});
export type ObjectPart = z.infer<typeof objectPart>;

/** At most 10 of them by S3's rules; keys of 1 to 128 and values of 0 to 256 characters. */
export const tags = z.record(z.string(), z.string());
export type Tags = z.infer<typeof tags>;

export const objectContent = z.object({
  size: z.int().nonnegative(),
  /** Strong, without quotes. */
  etag: z.string().max(128),
  contentType: z.string().max(256),
  /** User metadata and system headers kept for GET (`cache-control`, `content-disposition`, …), lower-case names. */
  headers: z.record(z.string(), z.string()),
  /** Either the bytes themselves (up to INLINE_OBJECT_BYTES) … */
  inline: z
    .instanceof(Uint8Array)
    .refine((bytes) => bytes.length <= INLINE_OBJECT_BYTES)
    .optional(),
  /** … or where they lie, in order. */
  extents: z.array(extent),
  checksum: checksum.optional(),
  /** Of an object that was uploaded in parts. */
  parts: z.array(objectPart).max(10_000).optional(),
  tags: tags.optional(),
  /** Where a website sends its visitor instead (S3's `x-amz-website-redirect-location`). */
  redirect: z.string().max(2048).optional(),
});
export type ObjectContent = z.infer<typeof objectContent>;

/** RFC 9110 §13 preconditions on the object as it is now. `*` means that there is (If-Match) or is none (If-None-Match). */
export const preconditions = z.object({ ifMatch: z.string().optional(), ifNoneMatch: z.string().optional() });
export type Preconditions = z.infer<typeof preconditions>;

/** `commit`: the decision of the two-phase commit; the object exists from here on. */
export const commitRequest = z.object({
  items: z
    .array(
      z.object({
        ...asker,
        name: objectName,
        content: objectContent,
        chunks: z.array(writtenChunk),
        preconditions,
        /** It came by a browser's form (S3's POST Object): notifications say so. */
        isForm: z.literal(true).optional(),
      }),
    )
    .max(1024),
});
export type CommitRequest = z.infer<typeof commitRequest>;
/** When the lifecycle of its bucket will delete an object, and by which rule. */
export interface Expiration {
  at: string;
  rule: string;
}
export interface Committed {
  etag: string;
  modifiedAt: string;
  /** Whether there was no object of that name before. */
  created: boolean;
  /** Where the bucket keeps versions: where it stopped to, S3 tells none of a write. */
  versionId?: string;
  expiration?: Expiration;
}
/** `commit` answers `Answer<Committed>[]`. Problem codes a client retries on other chunks: `chunk-sealed`, `chunk-condemned`. */

/** What is wanted of an object, when not its bytes: S3 has permissions of their own for these. */
export const LOOKUP_PURPOSES = ['tags', 'acl', 'attributes'] as const;
export type LookupPurpose = (typeof LOOKUP_PURPOSES)[number];

/** Bytes `first` to `last`, both inclusive, or to the end; or the last `suffix` ones. As in Range (RFC 9110 §14.1.2). */
export const wantedRange = z.union([
  z.object({ suffix: z.int().nonnegative() }),
  z.object({ first: z.int().nonnegative(), last: z.int().nonnegative().optional() }),
]);
export type WantedRange = z.infer<typeof wantedRange>;

/** `lookup`: the object and where its replicas are. */
export const lookupRequest = z.object({
  items: z
    .array(
      z.object({
        ...asker,
        name: objectName,
        version: versionId.optional(),
        purpose: z.enum(LOOKUP_PURPOSES).optional(),
        /** When only these bytes are wanted, of an object with very many extents the others are left out. */
        range: wantedRange.optional(),
      }),
    )
    .max(1024),
});
export type LookupRequest = z.infer<typeof lookupRequest>;
export interface FoundObject {
  /** Given back for share links, whose holder did not say the name. */
  name: ObjectName;
  content: ObjectContent;
  /**
   * Where the first of the extents begins in the object, when only those of the range that was wanted are there: then
   * the content's parts are left out, too.
   */
  extentsBegin?: number;
  modifiedAt: string;
  /** Where the bucket keeps versions, or kept them. */
  versionId?: string;
  /** Of what is there now, where no version was asked for. */
  expiration?: Expiration;
  /** Whether caches shared between people may keep it (the bucket is public). */
  isPublic: boolean;
  /** Replicas by chunk, healthiest first. A chunk that no chunkserver reports has an empty list. */
  replicas: Record<string, Replica[]>;
}
/**
 * `lookup` answers `Answer<FoundObject>[]`. Problem codes: `no-such-bucket`, `no-such-key`, `no-such-version`, `delete-marker`
 * (404, what is there now is one) and `delete-marker-version` (405, the version asked for is one); both have its version
 * in `fields.versionId`.
 */

/** `report`: what the gateway saw go wrong. A failed append seals the shared chunk; an unreachable node is avoided. */
export const reportRequest = z.object({
  faults: z
    .array(
      z.object({
        chunk: chunkId,
        node: z.string(),
        kind: z.enum(['unreachable', 'append-failed', 'missing', 'corrupt', 'short']),
        detail: z.string().max(1024),
      }),
    )
    .max(1024),
});
export type ReportRequest = z.infer<typeof reportRequest>;

/**
 * Resumable uploads: an upload is an object in the making, kept by the log, to which runs of bytes are added.
 * `upload/begin` → `UploadState`; `upload/extend` → `UploadState`; `upload/inspect` → `UploadState`;
 * `upload/finish` → `Committed`; `upload/abort` → nothing.
 */
export const uploadBegin = z.object({
  ...asker,
  name: objectName,
  /** Total bytes, when known. */
  size: z.int().nonnegative().optional(),
  contentType: z.string().max(256),
  headers: z.record(z.string(), z.string()),
  preconditions,
});
export const uploadExtend = z.object({
  ...asker,
  upload: z.string(),
  /** Where the new bytes go on: the upload's present offset, or 409 `offset-mismatch`. */
  offset: z.int().nonnegative(),
  extents: z.array(extent).min(1),
  chunks: z.array(writtenChunk),
});
export const uploadReference = z.object({ ...asker, upload: z.string() });
export interface UploadState {
  upload: string;
  name: ObjectName;
  offset: number;
  size: number | null;
  contentType: string;
  expiresAt: string;
  extents: Extent[];
}
