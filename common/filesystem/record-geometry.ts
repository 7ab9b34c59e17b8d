/**
 * Where the bytes of a record lie in a chunk's file: blocks of a header and up to BLOCK_BYTES of payload, all but the
 * last full. Pure arithmetic, shared by those who write records and those who must know where they end. See
 * docs/internals/chunk-format.md.
 */
import { BLOCK_BYTES, CHUNK_BYTES } from './limits.ts';

/** Bytes of a block's header. */
export const BLOCK_HEADER_BYTES = 16;
/** Bytes of a chunk's file, at most: one record of CHUNK_BYTES. Shared chunks keep to it as well. */
export const CHUNK_FILE_BYTES = physicalLength(CHUNK_BYTES);

/** Bytes in the chunk's file of a record with `payloadLength` bytes of payload. */
export function physicalLength(payloadLength: number): number {
  return payloadLength + BLOCK_HEADER_BYTES * Math.ceil(payloadLength / BLOCK_BYTES);
}

/** Bytes of payload in the first `physicalBytes` of a record; of a header that is not whole, none. */
export function payloadLength(physicalBytes: number): number {
  const full = Math.floor(physicalBytes / (BLOCK_HEADER_BYTES + BLOCK_BYTES));
  const rest = physicalBytes - full * (BLOCK_HEADER_BYTES + BLOCK_BYTES);
  return full * BLOCK_BYTES + Math.max(0, rest - BLOCK_HEADER_BYTES);
}

/** Where in the file the block (its header) begins that holds payload byte `at` of the record at `recordOffset`. */
export function blockPosition(recordOffset: number, at: number): number {
  return recordOffset + Math.floor(at / BLOCK_BYTES) * (BLOCK_HEADER_BYTES + BLOCK_BYTES);
}
