import { crc32c as native } from '@node-rs/crc32';

/**
 * CRC-32C (Castagnoli, RFC 3720 §12.1) of `bytes`, as an unsigned 32-bit number. Give the checksum of what came before
 * as `previous` to go on with a longer run of bytes.
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return native(buffer, previous) >>> 0;
}
