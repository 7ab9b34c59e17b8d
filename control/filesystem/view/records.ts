/** What the view holds, table by table. */
import type { Extent, ObjectName, Preconditions, Visibility } from '../../../common/filesystem/index.ts';
import { decodeCbor, encodeCbor } from '../../../common/internal/index.ts';
import { extentFields, extentOf } from './extent-fields.ts';
import type { Table } from './table.ts';

export {
  type DeleteMarker,
  nullVersionTable,
  type ObjectRecord,
  objectTable,
  type VersionRecord,
  versionTable,
} from './object-record.ts';

export interface BucketRecord {
  /** Part of its objects' keys; never used again. */
  id: number;
  namespace: string;
  name: string;
  visibility: Visibility;
  createdAtMs: number;
  objects: number;
  /** Sum of the sizes of its objects and of their noncurrent versions. */
  bytes: number;
  /** Noncurrent versions and delete markers. */
  versions?: number;
  /** Absent when it never kept versions. */
  versioning?: 'Enabled' | 'Suspended';
  /** So that a bucket without a policy costs no look for one. */
  hasPolicy?: true;
  /** So that one without rules for notifications costs no look for them. */
  hasNotification?: true;
}

export interface ChunkRecord {
  version: number;
  kind: 'own' | 'shared';
  /** `condemned`: a tombstone; nothing may refer to it any more, its replicas are being deleted. */
  state: 'open' | 'sealed' | 'condemned';
  /** Bytes of the chunk's file that commits refer to, at most; every good replica is at least as long. */
  length: number;
  /** Bytes of its file that objects and uploads refer to, each reference counted. 0 exactly when `references` is. */
  liveBytes: number;
  references: number;
  /** Since when a sealed chunk is without references, or condemned; 0 otherwise. Milliseconds since the epoch. */
  idleSinceMs: number;
}

export interface UploadRecord {
  id: string;
  name: ObjectName;
  bucketId: number;
  size: number | null;
  contentType: string;
  headers: Record<string, string>;
  preconditions: Preconditions;
  offset: number;
  /** How many extents, each in a record of its own. */
  parts: number;
  expiresAtMs: number;
}

export interface ShareRecord {
  id: string;
  /** SHA-256 of the token; the token itself is nowhere. */
  tokenHash: Uint8Array;
  name: ObjectName;
  /** The share ends with the bucket, also when another one of the same name follows. */
  bucketId: number;
  expiresAtMs: number;
  createdAtMs: number;
  createdBy: string;
}

export interface NodeRecord {
  node: string;
  state: 'alive' | 'dead';
  zone: string;
  sinceMs: number;
}

export interface Totals {
  nextBucketId: number;
  buckets: number;
  objects: number;
  /** Sum of the sizes of objects and of their noncurrent versions. */
  logicalBytes: number;
  chunks: number;
  /** Sum of the chunks' lengths, before replication. */
  chunkBytes: number;
  liveBytes: number;
}

export const NO_TOTALS: Totals = {
  nextBucketId: 1,
  buckets: 0,
  objects: 0,
  logicalBytes: 0,
  chunks: 0,
  chunkBytes: 0,
  liveBytes: 0,
};

export const heightTable: Table<number> = {
  prefix: 0x00,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as number,
};

export const totalsTable: Table<Totals> = {
  prefix: 0x01,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as Totals,
};

export const bucketTable: Table<BucketRecord> = {
  prefix: 0x02,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as BucketRecord,
};

export const chunkTable: Table<ChunkRecord> = {
  prefix: 0x04,
  encode: (chunk) =>
    encodeCbor([
      chunk.version,
      chunk.kind,
      chunk.state,
      chunk.length,
      chunk.liveBytes,
      chunk.references,
      chunk.idleSinceMs,
    ]),
  decode: (bytes) => {
    const [version, kind, state, length, liveBytes, references, idleSinceMs] = decodeCbor(bytes) as [
      number,
      ChunkRecord['kind'],
      ChunkRecord['state'],
      number,
      number,
      number,
      number,
    ];
    return { version, kind, state, length, liveBytes, references, idleSinceMs };
  },
};

export const uploadTable: Table<UploadRecord> = {
  prefix: 0x05,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as UploadRecord,
};

export const uploadPartTable: Table<Extent> = {
  prefix: 0x06,
  encode: (extent) => encodeCbor(extentFields(extent)),
  decode: (bytes) => extentOf(decodeCbor(bytes) as unknown[], 0),
};

/** By the hash of the token. */
export const shareTable: Table<ShareRecord> = {
  prefix: 0x07,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as ShareRecord,
};

/** By namespace and id: the hash of the token. */
export const namespaceShareTable: Table<Uint8Array> = {
  prefix: 0x08,
  encode: (hash) => Buffer.from(hash),
  decode: (bytes) => bytes,
};

/** By id: the hash of the token. */
export const shareIdTable: Table<Uint8Array> = { ...namespaceShareTable, prefix: 0x0d };

export const nodeTable: Table<NodeRecord> = {
  prefix: 0x09,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as NodeRecord,
};

const mark: Omit<Table<true>, 'prefix'> = { encode: () => Buffer.of(1), decode: () => true };
/** Chunks that take appends. */
export const openChunkTable: Table<true> = { prefix: 0x0a, ...mark };
/** Sealed chunks without references, by the time they have been so. */
export const idleChunkTable: Table<true> = { prefix: 0x0b, ...mark };
/** Tombstones, by the time of condemnation. */
export const condemnedChunkTable: Table<true> = { prefix: 0x0c, ...mark };
