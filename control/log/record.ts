/**
 * A record frames one entry in a segment: `u32 length, u32 crc32c(payload), u32 crc32c(those 8 bytes)`, little-endian,
 * then the payload. The last checksum goes on from the segment's own, so that bytes a user stored, which look like a
 * record, or a record of another segment are never taken for one.
 */
import { crc32c } from '../../common/checksum/index.ts';
import { ENTRY_OVERHEAD_BYTES } from './entry-codec.ts';

export const RECORD_HEADER_BYTES = 12;
/** The largest payload that is ever written or believed. */
export const MAX_PAYLOAD_BYTES = 8 * 2 ** 20;
export const MAX_RECORD_BYTES = RECORD_HEADER_BYTES + MAX_PAYLOAD_BYTES;

/** Fills in the header of a record whose payload is in place. */
export function sealRecord(record: Buffer, salt: number): void {
  record.writeUInt32LE(record.byteLength - RECORD_HEADER_BYTES, 0);
  record.writeUInt32LE(crc32c(record.subarray(RECORD_HEADER_BYTES)), 4);
  record.writeUInt32LE(crc32c(record.subarray(0, 8), salt), 8);
}

/** The payload's length; undefined when there is no whole header of this segment at `at`. */
export function payloadLengthAt(bytes: Buffer, at: number, salt: number): number | undefined {
  if (at + RECORD_HEADER_BYTES > bytes.byteLength) return undefined;
  const length = bytes.readUInt32LE(at);
  if (length < ENTRY_OVERHEAD_BYTES || length > MAX_PAYLOAD_BYTES) return undefined;
  return crc32c(bytes.subarray(at, at + 8), salt) === bytes.readUInt32LE(at + 8) ? length : undefined;
}

/** Whether the payload that `payloadLengthAt` promised is there and whole. */
export function isPayloadWhole(bytes: Buffer, at: number, length: number): boolean {
  const from = at + RECORD_HEADER_BYTES;
  if (from + length > bytes.byteLength) return false;
  return crc32c(bytes.subarray(from, from + length)) === bytes.readUInt32LE(at + 4);
}
