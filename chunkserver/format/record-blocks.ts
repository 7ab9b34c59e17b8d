/** Turns payload into the blocks that go into a chunk's file, as one vector of headers and views: nothing is copied. */
import assert from 'node:assert/strict';
import { crc32c } from '../../common/checksum/index.ts';
import { BLOCK_BYTES, BLOCK_HEADER_BYTES } from '../../common/filesystem/index.ts';
import type { BlockHeaders } from './block-headers.ts';

export class RecordBlocks {
  readonly #headers: BlockHeaders;
  readonly #vector: Uint8Array[] = [];
  #position: number;
  #slot = -1;
  #length = 0;
  #crc32c = 0;

  /** `position`: where in the file the first block goes. */
  constructor(headers: BlockHeaders, position: number) {
    this.#headers = headers;
    this.#position = position;
  }

  /** Payload that goes on where the last piece ended; it must not change until the vector is written. */
  push(piece: Uint8Array): void {
    for (let from = 0; from < piece.byteLength; ) {
      if (this.#slot < 0) this.#slot = this.#vector.push(EMPTY) - 1;
      const view = piece.subarray(from, from + BLOCK_BYTES - this.#length);
      this.#crc32c = crc32c(view, this.#crc32c);
      this.#length += view.byteLength;
      this.#vector.push(view);
      from += view.byteLength;
      if (this.#length === BLOCK_BYTES) this.#endBlock();
    }
  }

  /** A whole record, whose CRC-32C is known: most are one block, which has the same. It must not change until it is written. */
  pushRecord(payload: Uint8Array, checksum: number): void {
    if (payload.byteLength <= BLOCK_BYTES) {
      this.pushBlock(payload, checksum);
      return;
    }
    this.push(payload);
    this.endRecord();
  }

  /** A whole block, whose CRC-32C is known, where one must begin. It must not change until the vector is written. */
  pushBlock(payload: Uint8Array, checksum: number): void {
    assert(this.#slot < 0 && payload.byteLength > 0 && payload.byteLength <= BLOCK_BYTES);
    this.#slot = this.#vector.push(EMPTY, payload) - 2;
    this.#length = payload.byteLength;
    this.#crc32c = checksum;
    this.#endBlock();
  }

  /** The payload so far ends the record (or the segment). What is pushed next begins a new block. */
  endRecord(): void {
    if (this.#length > 0) this.#endBlock();
  }

  /** Headers and payload in the order of the file. */
  get vector(): readonly Uint8Array[] {
    return this.#vector;
  }

  /** Where the next block would begin. */
  get end(): number {
    return this.#position;
  }

  #endBlock(): void {
    this.#vector[this.#slot] = this.#headers.encode({ length: this.#length, crc32c: this.#crc32c }, this.#position);
    this.#position += BLOCK_HEADER_BYTES + this.#length;
    this.#slot = -1;
    this.#length = 0;
    this.#crc32c = 0;
  }
}

const EMPTY = new Uint8Array(0);
