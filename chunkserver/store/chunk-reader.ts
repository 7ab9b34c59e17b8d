/** Reads payload from chunks, every block checked before anyone sees it. */
import assert from 'node:assert/strict';
import { BadGateway, InvalidInput, RangeNotSatisfiable } from '../../common/errors/index.ts';
import {
  BATCHED_READ_BYTES,
  BLOCK_BYTES,
  blockPosition,
  type HeartbeatRequest,
  physicalLength,
} from '../../common/filesystem/index.ts';
import { verifyBlock } from '../format/verify-blocks.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkStore } from './chunk-store.ts';
import { READ_BLOCKS, type ReadBuffers } from './read-buffers.ts';

/** Payload bytes `from` (inclusive) to `to` (exclusive) of the record at `offset` with `length` bytes of payload. */
export interface RecordRange {
  offset: number;
  length: number;
  from: number;
  to: number;
}

export type Fault = HeartbeatRequest['faults'][number];

/** Verified payload, as a view of a buffer that is given back by disposing of it. */
export interface ReadPiece extends Disposable {
  payload: Buffer;
}

export class ChunkReader {
  readonly #store: ChunkStore;
  readonly #buffers: ReadBuffers;
  readonly #onFault: (fault: Fault) => void;

  constructor(store: ChunkStore, buffers: ReadBuffers, onFault: (fault: Fault) => void) {
    this.#store = store;
    this.#buffers = buffers;
    this.#onFault = onFault;
  }

  /** Pieces of about a mebibyte; the next one is read while the last one is used. Each is to be disposed of. */
  async *pieces(chunk: Chunk, range: RecordRange): AsyncGenerator<ReadPiece, void, void> {
    checkWhole(chunk, range);
    using lease = await this.#store.file(chunk);
    const read = (block: number) => this.#readPiece(chunk, lease.file, range, block);
    const lastBlock = Math.floor((range.to - 1) / BLOCK_BYTES);
    let block = Math.floor(range.from / BLOCK_BYTES);
    let next: Promise<ReadPiece> | undefined = read(block);
    try {
      while (next) {
        const piece: ReadPiece = await next;
        block += READ_BLOCKS;
        next = block <= lastBlock ? read(block) : undefined;
        next?.catch(() => undefined); // awaited in the next round, or below when there is none
        yield piece;
      }
    } finally {
      (await next?.catch(() => undefined))?.[Symbol.dispose]();
    }
  }

  /** The whole payload of a small record (BATCHED_READ_BYTES at most), in memory that is the caller's. */
  async record(chunk: Chunk, offset: number, length: number): Promise<Buffer> {
    assert(length <= BATCHED_READ_BYTES);
    const range = { offset, length, from: 0, to: length };
    checkWhole(chunk, range);
    using lease = await this.#store.file(chunk);
    const bytes = Buffer.allocUnsafe(physicalLength(length));
    return this.#verify(chunk, range, 0, await this.#read(chunk, lease.file, bytes, offset), offset);
  }

  /** All of the range in memory, of at most a segment. */
  async readAll(chunk: Chunk, range: RecordRange): Promise<Buffer> {
    const payload: Buffer[] = [];
    for await (using piece of this.pieces(chunk, range)) payload.push(Buffer.from(piece.payload));
    return Buffer.concat(payload);
  }

  async #readPiece(
    chunk: Chunk,
    file: { read(into: Uint8Array, position: number): Promise<number> },
    range: RecordRange,
    firstBlock: number,
  ): Promise<ReadPiece> {
    const position = blockPosition(range.offset, firstBlock * BLOCK_BYTES);
    const payloadEnd = Math.min(range.length, (firstBlock + READ_BLOCKS) * BLOCK_BYTES, roundUp(range.to));
    const bytes = physicalLength(payloadEnd - firstBlock * BLOCK_BYTES);
    const buffer = this.#buffers.take(bytes);
    try {
      const read = await this.#read(chunk, file, buffer.subarray(0, bytes), position);
      const payload = this.#verify(chunk, range, firstBlock, read, position);
      return {
        payload,
        [Symbol.dispose]: () => this.#buffers.giveBack(buffer),
      };
    } catch (error) {
      this.#buffers.giveBack(buffer);
      throw error;
    }
  }

  async #read(
    chunk: Chunk,
    file: { read(into: Uint8Array, position: number): Promise<number> },
    into: Buffer,
    position: number,
  ) {
    try {
      return into.subarray(0, await file.read(into, position));
    } catch (error) {
      throw this.#fault(chunk, position, `the disk did not give it back: ${(error as Error).message}`, error);
    }
  }

  /**
   * Checks the blocks and moves their payload together over the headers, while it is in the processor's cache: one large
   * write to the network is much cheaper than many, and TLS would copy them together anyway.
   */
  #verify(chunk: Chunk, range: RecordRange, firstBlock: number, bytes: Buffer, position: number): Buffer {
    const firstByte = firstBlock * BLOCK_BYTES;
    const end = Math.min(range.to, firstByte + READ_BLOCKS * BLOCK_BYTES);
    let at = 0;
    for (let begin = firstByte; begin < end; begin += BLOCK_BYTES) {
      const block = verifyBlock(chunk.headers, bytes, at, position);
      if (!block.ok) throw this.#fault(chunk, position + at, block.problem);
      if (block.payload.length !== Math.min(BLOCK_BYTES, range.length - begin)) {
        throw new InvalidInput(`There is no record of ${range.length} bytes at ${range.offset} of ${chunk.id}.`, {
          code: 'not-a-record',
        });
      }
      block.payload.copy(bytes, begin - firstByte);
      at = block.end;
    }
    return bytes.subarray(Math.max(0, range.from - firstByte), end - firstByte);
  }

  #fault(chunk: Chunk, offset: number, detail: string, cause?: unknown): BadGateway {
    this.#onFault({ chunk: chunk.id, offset, detail });
    return new BadGateway(`The replica of ${chunk.id} is damaged at ${offset}: ${detail}.`, {
      code: 'checksum-mismatch',
      ...(cause !== undefined && { cause }),
    });
  }
}

function checkWhole(chunk: Chunk, range: RecordRange): void {
  const end = range.offset + physicalLength(Math.min(range.length, roundUp(range.to)));
  if (end <= chunk.length) return;
  throw new RangeNotSatisfiable(`The replica of ${chunk.id} has ${chunk.length} whole bytes, not ${end}.`, {
    code: 'short-replica',
  });
}

/** Up to the end of the block that holds the byte before `to`. */
function roundUp(to: number): number {
  return Math.ceil(to / BLOCK_BYTES) * BLOCK_BYTES;
}
