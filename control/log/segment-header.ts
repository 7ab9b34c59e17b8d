/** A segment is a file named by the height of its first entry; its header says so again and ties it to the one before. */
import { crc32c } from '../../common/checksum/index.ts';
import { HASH_BYTES } from './entry-codec.ts';

const MAGIC = Buffer.from('BRAMBLOG');
const VERSION = 1;
export const LOG_ID_BYTES = 16;
const VERSION_AT = 8;
const LOG_ID_AT = 12;
const FIRST_HEIGHT_AT = LOG_ID_AT + LOG_ID_BYTES;
const PREV_AT = FIRST_HEIGHT_AT + 8;
const CRC_AT = PREV_AT + HASH_BYTES;
export const SEGMENT_HEADER_BYTES = CRC_AT + 4;

export interface SegmentHeader {
  /** Random, the same in every segment of one log: segments of two brambles never mix. */
  logId: Uint8Array;
  firstHeight: number;
  /** The hash of the entry before the first; zeros at height 1. */
  prev: Uint8Array;
  /** The header's checksum, which every record's header goes on from. */
  salt: number;
}

export function encodeSegmentHeader(header: Omit<SegmentHeader, 'salt'>): { bytes: Buffer; header: SegmentHeader } {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.set(MAGIC, 0);
  bytes.writeUInt32LE(VERSION, VERSION_AT);
  bytes.set(header.logId, LOG_ID_AT);
  bytes.writeBigUInt64LE(BigInt(header.firstHeight), FIRST_HEIGHT_AT);
  bytes.set(header.prev, PREV_AT);
  const salt = crc32c(bytes.subarray(0, CRC_AT));
  bytes.writeUInt32LE(salt, CRC_AT);
  return { bytes, header: { ...header, salt } };
}

/** The header, or what is wrong with it. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | string {
  if (bytes.byteLength < SEGMENT_HEADER_BYTES) return 'the header is cut off';
  if (!bytes.subarray(0, MAGIC.byteLength).equals(MAGIC)) return 'this is not a segment of a command log';
  const salt = bytes.readUInt32LE(CRC_AT);
  if (crc32c(bytes.subarray(0, CRC_AT)) !== salt) return "the header's checksum is wrong";
  const version = bytes.readUInt32LE(VERSION_AT);
  if (version !== VERSION) return `the format's version is ${version}, and this program knows only ${VERSION}`;
  return {
    logId: Buffer.from(bytes.subarray(LOG_ID_AT, FIRST_HEIGHT_AT)),
    firstHeight: Number(bytes.readBigUInt64LE(FIRST_HEIGHT_AT)),
    prev: Buffer.from(bytes.subarray(PREV_AT, CRC_AT)),
    salt,
  };
}

export function segmentName(firstHeight: number): string {
  return `${String(firstHeight).padStart(16, '0')}.log`;
}

/** The first height that a segment's file name says; undefined for other files. */
export function heightOfSegmentName(name: string): number | undefined {
  const match = /^(\d{16})\.log$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
