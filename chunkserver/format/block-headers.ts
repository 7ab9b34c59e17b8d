/**
 * The 16-byte header in front of every block of a chunk, little-endian: magic, payload length, CRC-32C of the payload,
 * CRC-32C of (those twelve bytes, the chunk's id, the block's position in the file). The last one ties a block to its
 * place, so that a misdirected write is seen as well as a flipped bit.
 */
import { crc32c } from '../../common/checksum/index.ts';
import { BLOCK_BYTES, BLOCK_HEADER_BYTES } from '../../common/filesystem/index.ts';

export const BLOCK_MAGIC = 0x4b4c4272;

export interface BlockHeader {
  /** Bytes of payload, 1 to BLOCK_BYTES. */
  length: number;
  crc32c: number;
}

/** Headers of one chunk. */
export class BlockHeaders {
  /** What the header's own checksum covers: 12 bytes of header, 16 of id, 8 of position. */
  readonly #covered = Buffer.alloc(36);

  constructor(chunk: string) {
    this.#covered.write(chunk.replaceAll('-', ''), 12, 'hex');
  }

  encode(block: BlockHeader, position: number): Buffer {
    const header = Buffer.allocUnsafe(BLOCK_HEADER_BYTES);
    header.writeUInt32LE(BLOCK_MAGIC, 0);
    header.writeUInt32LE(block.length, 4);
    header.writeUInt32LE(block.crc32c, 8);
    header.writeUInt32LE(this.#checksum(header, 0, position), 12);
    return header;
  }

  /** The header at `at` of `bytes`, which lies at `position` of the file; or a sentence on what is wrong with it. */
  decode(bytes: Buffer, at: number, position: number): BlockHeader | string {
    if (at + BLOCK_HEADER_BYTES > bytes.length) return 'the header is cut off';
    if (bytes.readUInt32LE(at) !== BLOCK_MAGIC) return 'no header where a block must begin';
    if (bytes.readUInt32LE(at + 12) !== this.#checksum(bytes, at, position))
      return 'the header does not fit its checksum';
    const length = bytes.readUInt32LE(at + 4);
    if (length < 1 || length > BLOCK_BYTES) return `a block of ${length} bytes`;
    return { length, crc32c: bytes.readUInt32LE(at + 8) };
  }

  #checksum(header: Buffer, at: number, position: number): number {
    header.copy(this.#covered, 0, at, at + 12);
    this.#covered.writeBigUInt64LE(BigInt(position), 28);
    return crc32c(this.#covered);
  }
}
