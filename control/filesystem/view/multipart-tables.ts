/** Uploads in parts (S3's multipart), their parts, and what those that were completed lately became. */
import type { Completed, Extent, MultipartUpload, ObjectName, Tags } from '../../../common/filesystem/index.ts';
import { decodeCbor, encodeCbor } from '../../../common/internal/index.ts';
import { EXTENT_FIELDS, extentFields, extentOf } from './extent-fields.ts';
import { keyOf, type Table } from './table.ts';

export interface MultipartRecord {
  upload: string;
  name: ObjectName;
  /** The upload ends with its bucket, also when another one of the same name follows. */
  bucketId: number;
  contentType: string;
  headers: Record<string, string>;
  tags?: Tags;
  redirect?: string;
  checksum?: MultipartUpload['checksum'];
  initiatedAtMs: number;
  /** The own namespace of who began it, as S3 shows owners. */
  initiator: string;
  /** Put off by every part. */
  expiresAtMs: number;
  /** Sum of its parts' sizes; its namespace uses them. */
  bytes: number;
}

export interface PartRecord {
  size: number;
  /** MD5 in hex. */
  etag: string;
  checksum?: string;
  modifiedAtMs: number;
  extents: Extent[];
}

/** Kept for a while, so that a completion whose answer was lost can be said again. */
export interface CompletedRecord {
  name: ObjectName;
  bucketId: number;
  upload: string;
  /** SHA-256 of the list of parts that was asked for: the same question gets the same answer. */
  asked: Uint8Array;
  answer: Completed;
  expiresAtMs: number;
}

/** By bucket, key and upload: ListMultipartUploads is a range scan. */
export const multipartTable: Table<MultipartRecord> = {
  prefix: 0x30,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as MultipartRecord,
};

const FIXED_PART_FIELDS = 4;
const PART_NUMBER_BYTES = 2;

/** By upload and part number. */
export const partTable: Table<PartRecord> = {
  prefix: 0x31,
  suffixBytes: PART_NUMBER_BYTES,
  encode: ({ size, etag, checksum, modifiedAtMs, extents }) =>
    encodeCbor([modifiedAtMs, size, Buffer.from(etag, 'hex'), checksum ?? 0, ...extents.flatMap(extentFields)]),
  decode: (bytes) => {
    const fields = decodeCbor(bytes) as unknown[];
    const [modifiedAtMs, size, etag, checksum] = fields as [number, number, Uint8Array, string | 0];
    const extents: Extent[] = [];
    for (let at = FIXED_PART_FIELDS; at < fields.length; at += EXTENT_FIELDS) extents.push(extentOf(fields, at));
    return {
      size,
      etag: Buffer.from(etag).toString('hex'),
      ...(checksum !== 0 && { checksum }),
      modifiedAtMs,
      extents,
    };
  },
};

/** By bucket, key and upload, as the upload was. */
export const completedTable: Table<CompletedRecord> = {
  prefix: 0x32,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as CompletedRecord,
};

/** What names an upload. */
export interface MultipartId {
  bucketId: number;
  key: string;
  upload: string;
}

export const multipartKey = (id: MultipartId) => uploadKey(multipartTable, id);
export const completedKey = (id: MultipartId) => uploadKey(completedTable, id);

export function partKey(upload: string, part: number): Buffer {
  return keyOf(partTable, `${upload}\0`, uint(part, PART_NUMBER_BYTES));
}
export const partsOf = (upload: string) => keyOf(partTable, `${upload}\0`);
export const partOfKey = (key: Buffer) => key.readUIntBE(key.length - PART_NUMBER_BYTES, PART_NUMBER_BYTES);

/** `position`: of a key and what follows it, as `multipartPosition` makes it. */
export function multipartsFrom(bucketId: number, position: Uint8Array): Buffer {
  return keyOf(multipartTable, uint(bucketId, 4), position);
}
/** Where in a `multipartKey` the object's key begins. */
export const MULTIPART_KEY_START = 5;

function uploadKey(table: Pick<Table<unknown>, 'prefix'>, { bucketId, key, upload }: MultipartId): Buffer {
  return keyOf(table, uint(bucketId, 4), `${key}\0${upload}`);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
