/** Checks blocks as they were read from a chunk's file, and finds where the whole ones end. */
import { crc32c } from '../../common/checksum/index.ts';
import type { DiskFile } from '../../common/disk/index.ts';
import { BLOCK_BYTES, BLOCK_HEADER_BYTES } from '../../common/filesystem/index.ts';
import type { BlockHeaders } from './block-headers.ts';

/** Payload of one block that was found whole, as a view of what was read. */
export type VerifiedBlock = { ok: true; payload: Buffer; end: number } | { ok: false; problem: string };

/** The block at `at` of `bytes`, which were read from `position` of the file. */
export function verifyBlock(headers: BlockHeaders, bytes: Buffer, at: number, position: number): VerifiedBlock {
  const header = headers.decode(bytes, at, position + at);
  if (typeof header === 'string') return { ok: false, problem: header };
  const from = at + BLOCK_HEADER_BYTES;
  const end = from + header.length;
  if (end > bytes.length) return { ok: false, problem: 'the payload is cut off' };
  const payload = bytes.subarray(from, end);
  if (crc32c(payload) !== header.crc32c) return { ok: false, problem: 'the payload does not fit its checksum' };
  return { ok: true, payload, end };
}

/** Read at once while scanning; holds at least one whole block. */
const SCAN_BYTES = 16 * (BLOCK_HEADER_BYTES + BLOCK_BYTES);

/** How many bytes from the start of the file are whole blocks. */
export async function scanBlocks(file: DiskFile, headers: BlockHeaders): Promise<number> {
  const buffer = Buffer.allocUnsafe(SCAN_BYTES);
  let whole = 0;
  for (;;) {
    const read = await file.read(buffer, whole);
    const bytes = buffer.subarray(0, read);
    let at = 0;
    for (;;) {
      const block = verifyBlock(headers, bytes, at, whole);
      if (!block.ok) break;
      at = block.end;
    }
    if (at === 0) return whole;
    whole += at;
  }
}
