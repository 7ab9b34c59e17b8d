/** Segments of chunks of their own: written at their places in any order, made durable with the last one. */
import type { Clock } from '../../common/clock/index.ts';
import { Conflict } from '../../common/errors/index.ts';
import { physicalLength, type Vote } from '../../common/filesystem/index.ts';
import type { RecordBlocks } from '../format/record-blocks.ts';
import type { Chunk } from '../store/chunk.ts';
import type { ChunkStore } from '../store/chunk-store.ts';

export interface SegmentWriterOptions {
  store: ChunkStore;
  clock: Clock;
  node: string;
  /** How long the last segment waits for earlier ones that are still under way. */
  gapTimeoutMs: number;
  /** Written bytes after which the disk is asked to begin; 0 for only at the end. */
  writeBackBytes: number;
}

export interface Segment {
  /** Payload before it. */
  offset: number;
  length: number;
  blocks: RecordBlocks;
  isLast: boolean;
}

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #writeBacks = new Map<Chunk, { unsynced: number; running: Promise<void> | undefined }>();

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** Our own vote on a segment. @throws what kept it from being written. */
  async write(chunk: Chunk, segment: Segment): Promise<Vote> {
    const { store, node } = this.#options;
    const end = segment.offset + segment.length;
    checkOpen(chunk);
    await store.write(chunk, segment.blocks.vector, physicalLength(segment.offset));
    chunk.written.add(segment.offset, end);
    store.extend(chunk, physicalLength(chunk.written.contiguous));
    if (!segment.isLast) {
      this.#writeBack(chunk, segment.length);
      return { node, ok: true, length: chunk.length, durable: false };
    }
    await this.#untilContiguous(chunk, end);
    await this.#writeBacks.get(chunk)?.running;
    this.#writeBacks.delete(chunk);
    await store.complete(chunk);
    return { node, ok: true, length: chunk.length, durable: true };
  }

  async #untilContiguous(chunk: Chunk, end: number): Promise<void> {
    const { clock, gapTimeoutMs } = this.#options;
    const deadline = clock.monotonic() + gapTimeoutMs;
    while (chunk.written.contiguous < end) {
      checkOpen(chunk);
      if (clock.monotonic() >= deadline) {
        throw new Conflict(`Only the first ${chunk.written.contiguous} bytes have arrived here.`, { code: 'gap' });
      }
      await clock.sleep(GAP_POLL_MS);
    }
    if (chunk.written.end > end) {
      throw new Conflict(`The chunk has ${chunk.written.end} bytes, it cannot end at ${end}.`, { code: 'not-the-end' });
    }
  }

  /** Spreads the disk's work over the upload. A failure shows again, and is told, when the chunk is completed. */
  #writeBack(chunk: Chunk, written: number): void {
    const { store, writeBackBytes } = this.#options;
    if (writeBackBytes === 0) return;
    const state = this.#writeBacks.get(chunk) ?? { unsynced: 0, running: undefined };
    this.#writeBacks.set(chunk, state);
    state.unsynced += written;
    if (state.running || state.unsynced < writeBackBytes) return;
    state.unsynced = 0;
    state.running = store.syncBytes(chunk).then(
      () => {
        state.running = undefined;
      },
      () => {
        state.running = undefined;
      },
    );
  }
}

const GAP_POLL_MS = 5;

function checkOpen(chunk: Chunk): void {
  if (chunk.closed !== undefined) {
    throw new Conflict(`The replica of ${chunk.id} takes no more writes: ${chunk.closed}.`, { code: 'chunk-closed' });
  }
}
