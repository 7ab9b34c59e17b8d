/**
 * Whether what is broken at the end of the last segment can be the write that a power cut interrupted. Only one entry is
 * ever written and not yet synced, into a region that was zeros; so behind a torn one there is no whole record, and
 * no byte but zeros beyond the largest record.
 */
import type { DiskFile } from '../../common/disk/index.ts';
import { isPayloadWhole, MAX_RECORD_BYTES, payloadLengthAt, RECORD_HEADER_BYTES } from './record.ts';

const PIECE_BYTES = 2 ** 20;

/** The bytes from `offset` on that are not the zeros of an unused region; or why this is damage, and no torn write. */
export async function measureTornTail(
  file: DiskFile,
  offset: number,
  salt: number,
): Promise<{ tornBytes: number } | { problem: string; offset: number }> {
  const size = await file.size();
  const lastUsed = await lastNonZero(file, offset, size);
  if (lastUsed === undefined) return { tornBytes: 0 };
  if (lastUsed >= offset + MAX_RECORD_BYTES) {
    return { problem: 'there are bytes where nothing was written yet', offset: lastUsed };
  }
  const bytes = Buffer.allocUnsafe(lastUsed + 1 - offset);
  await file.read(bytes, offset);
  for (let at = 1; at + RECORD_HEADER_BYTES < bytes.byteLength; at += 1) {
    const length = payloadLengthAt(bytes, at, salt);
    if (length !== undefined && isPayloadWhole(withZeros(bytes, at, length), at, length)) {
      return { problem: `a whole record follows at byte ${offset + at}, so this one was whole once`, offset };
    }
  }
  return { tornBytes: bytes.byteLength };
}

/** A record may end in zeros, which were not counted as used. */
function withZeros(bytes: Buffer, at: number, length: number): Buffer {
  const missing = at + RECORD_HEADER_BYTES + length - bytes.byteLength;
  return missing > 0 ? Buffer.concat([bytes, Buffer.alloc(missing)]) : bytes;
}

async function lastNonZero(file: DiskFile, from: number, size: number): Promise<number | undefined> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let end = size; end > from; ) {
    const start = Math.max(from, end - PIECE_BYTES);
    const bytes = piece.subarray(0, await file.read(piece.subarray(0, end - start), start));
    for (let at = bytes.byteLength - 1; at >= 0; at -= 1) if (bytes[at] !== 0) return start + at;
    end = start;
  }
  return undefined;
}
