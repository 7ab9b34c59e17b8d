/** The keys of the view. Text pieces are ended by a NUL, which no name contains, so that one cannot run into the next. */
import { chunkBytes } from './chunk-key.ts';
import {
  bucketTable,
  chunkTable,
  condemnedChunkTable,
  heightTable,
  idleChunkTable,
  namespaceShareTable,
  nodeTable,
  nullVersionTable,
  objectTable,
  openChunkTable,
  shareIdTable,
  shareTable,
  totalsTable,
  uploadPartTable,
  uploadTable,
  versionTable,
} from './records.ts';
import { keyOf, type Table } from './table.ts';
import { MAX_SEQUENCE } from './version-id.ts';

export const HEIGHT_KEY = keyOf(heightTable);
export const TOTALS_KEY = keyOf(totalsTable);

export const bucketKey = (namespace: string, bucket: string) => keyOf(bucketTable, `${namespace}\0${bucket}`);

/** All keys of a bucket's objects lie behind one another, in the order of the key's UTF-8 bytes. */
export function objectKey(bucketId: number, key: string | Uint8Array): Buffer {
  return inBucket(objectTable, bucketId, key, 0);
}
/** In a key of objects, or of versions, where the object's own key begins. */
export const OBJECT_KEY_START = 5;

export const nullVersionKey = (bucketId: number, key: string) => inBucket(nullVersionTable, bucketId, key, 0);

/** The group of a key's versions. */
export function versionsOf(bucketId: number, key: string | Uint8Array): Buffer {
  return inBucket(versionTable, bucketId, key, 1);
}

/** In the order of keys as that of objects is, since no byte of a key is as low as the NUL that ends it here. */
export function versionKey(bucketId: number, key: string | Uint8Array, sequence: number): Buffer {
  const bytes = inBucket(versionTable, bucketId, key, VERSION_SUFFIX_BYTES);
  bytes.writeUIntBE(MAX_SEQUENCE - sequence, bytes.length - SEQUENCE_BYTES, SEQUENCE_BYTES);
  return bytes;
}
/** Where versions of the bucket begin whose key is not before `key` (or a beginning of one). */
export const versionsFrom = (bucketId: number, key: Uint8Array) => inBucket(versionTable, bucketId, key, 0);
const SEQUENCE_BYTES = 6;
/** Behind the object's own key in a version's: NUL and the sequence. */
export const VERSION_SUFFIX_BYTES = 1 + SEQUENCE_BYTES;

/** The table, the bucket's id, the object's key, and so many zero bytes. */
function inBucket(table: { prefix: number }, bucketId: number, key: string | Uint8Array, spare: number): Buffer {
  const length = typeof key === 'string' ? Buffer.byteLength(key) : key.length;
  const bytes = Buffer.allocUnsafe(OBJECT_KEY_START + length + spare);
  bytes[0] = table.prefix;
  bytes.writeUInt32BE(bucketId, 1);
  if (typeof key === 'string') bytes.write(key, OBJECT_KEY_START, 'utf8');
  else bytes.set(key, OBJECT_KEY_START);
  bytes.fill(0, OBJECT_KEY_START + length);
  return bytes;
}

export const chunkKey = (chunk: string) => keyOf(chunkTable, chunkBytes(chunk));
export const openChunkKey = (chunk: string) => keyOf(openChunkTable, chunkBytes(chunk));
export const idleChunkKey = (sinceMs: number, chunk: string) => timedKey(idleChunkTable, sinceMs, chunk);
export const condemnedChunkKey = (sinceMs: number, chunk: string) => timedKey(condemnedChunkTable, sinceMs, chunk);

export const uploadKey = (upload: string) => keyOf(uploadTable, upload);
export const uploadPartKey = (upload: string, part: number) => keyOf(uploadPartTable, `${upload}\0`, uint(part, 4));
export const shareKey = (tokenHash: Uint8Array) => keyOf(shareTable, tokenHash);
export const namespaceShareKey = (namespace: string, id: string) => keyOf(namespaceShareTable, `${namespace}\0${id}`);
export const namespaceShares = (namespace: string) => keyOf(namespaceShareTable, `${namespace}\0`);
export const shareIdKey = (id: string) => keyOf(shareIdTable, id);
export const nodeKey = (node: string) => keyOf(nodeTable, node);

/** Where in a timed key the chunk's 16 bytes begin. */
export const TIMED_CHUNK_START = 7;

export function timedKey(table: Pick<Table<unknown>, 'prefix'>, sinceMs: number, chunk?: string): Buffer {
  return keyOf(table, uint(sinceMs, 6), chunk === undefined ? '' : chunkBytes(chunk));
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
