/**
 * Turns a large body into extents: it fills chunks of its own, segment by segment, with SEGMENTS_IN_FLIGHT on their way while the next is filled. A chunk's last segment waits for the disks;
 * meanwhile the next chunk's first ones travel.
 */
import { CHUNK_BYTES, type Extent, SMALL_OBJECT_BYTES, type WrittenChunk } from '../../../common/filesystem/index.ts';
import type { PlacementPool } from '../master/placement-pool.ts';
import type { BodyReader } from './body-reader.ts';
import type { ChunkRenewer } from './chunk-renewer.ts';
import { ChunkWriter, type ChunkWriterTools } from './chunk-writer.ts';
import type { SegmentPool } from './segment-pool.ts';

export interface ExtentWriterTools extends ChunkWriterTools {
  placement: Pick<PlacementPool, 'takeOwn'>;
  segments: SegmentPool;
  renewer: Pick<ChunkRenewer, 'hold' | 'letGo'>;
  segmentsInFlight: number;
}

/** A run of bytes that a quorum holds durably. */
export interface StoredRun {
  extent: Extent;
  written: WrittenChunk;
}

export interface WriteOptions {
  signal: AbortSignal;
  /** Called with the bytes that a quorum has, though not all durably yet. */
  onStored?: (bytes: number) => void;
  /** Called for each chunk that is durable, in the order of the body; the next one's call waits for its promise. */
  onRun?: (run: StoredRun) => Promise<void>;
}

/** What became of a body: few bytes, read and not yet stored anywhere, or runs that are durable. */
export type TakenBody = { small: Buffer<ArrayBuffer> } | { runs: StoredRun[] };

/**
 * Takes all of `body`: up to SMALL_OBJECT_BYTES into memory, more into chunks of its own, in the body's order. Those stay
 * renewed until `letGo`, which the caller owes.
 * @throws what the body or the replicas failed with; then nothing refers to what was written.
 */
export async function takeBody(tools: ExtentWriterTools, body: BodyReader, options: WriteOptions): Promise<TakenBody> {
  const first = await tools.segments.acquire(options.signal);
  let filled: number;
  let small: Buffer<ArrayBuffer> | undefined;
  try {
    filled = await body.fill(first);
    if (filled <= SMALL_OBJECT_BYTES && (await body.isAtEnd())) small = Buffer.from(first.subarray(0, filled));
  } catch (error) {
    tools.segments.release(first);
    throw error;
  }
  if (small) {
    tools.segments.release(first);
    return { small };
  }
  return { runs: await new LargeBodyWriter(tools, body, options).write(first, filled) };
}

class LargeBodyWriter {
  readonly #tools: ExtentWriterTools;
  readonly #body: BodyReader;
  readonly #options: WriteOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #chunks: string[] = [];
  readonly #runs: StoredRun[] = [];
  #sending = new Set<Promise<void>>();
  #inOrder: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | undefined;
  #storedBytes = 0;

  constructor(tools: ExtentWriterTools, body: BodyReader, options: WriteOptions) {
    this.#tools = tools;
    this.#body = body;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  async write(first: Buffer, firstFilled: number): Promise<StoredRun[]> {
    try {
      await this.#fillChunks(first, firstFilled);
      await Promise.all(this.#sending);
      this.#throwIfFailed();
      await this.#inOrder;
      this.#throwIfFailed();
      return this.#runs;
    } catch (error) {
      this.#fail(error);
      await Promise.all(this.#sending);
      await this.#inOrder;
      this.#tools.renewer.letGo(this.#chunks);
      throw this.#failure?.error ?? error;
    }
  }

  async #fillChunks(first: Buffer, firstFilled: number): Promise<void> {
    let buffer = first;
    let filled = firstFilled;
    let chunk: ChunkWriter | undefined;
    for (;;) {
      let isLast: boolean;
      let isEnd: boolean;
      try {
        isEnd = await this.#body.isAtEnd();
        if (filled === 0) throw new Error('A body that was not at its end gave no bytes.');
        chunk ??= await this.#openChunk();
        isLast = isEnd || chunk.length + filled === CHUNK_BYTES;
        while (this.#sending.size >= this.#tools.segmentsInFlight) await Promise.race(this.#sending);
        this.#throwIfFailed();
      } catch (error) {
        this.#tools.segments.release(buffer);
        throw error;
      }
      this.#send(chunk, buffer, filled, isLast);
      if (isEnd) return;
      if (isLast) chunk = undefined;
      buffer = await this.#tools.segments.acquire(this.#signal);
      try {
        filled = await this.#body.fill(buffer);
      } catch (error) {
        this.#tools.segments.release(buffer);
        throw error;
      }
    }
  }

  async #openChunk(): Promise<ChunkWriter> {
    const grant = await this.#tools.placement.takeOwn();
    this.#chunks.push(grant.chunk);
    this.#tools.renewer.hold(grant.chunk);
    return new ChunkWriter(grant, this.#tools);
  }

  /** Never rejects: a failure ends the whole write, told by `#throwIfFailed`. */
  #send(chunk: ChunkWriter, buffer: Buffer, filled: number, isLast: boolean): void {
    const bytes = filled === buffer.length ? buffer : buffer.subarray(0, filled);
    const sent = chunk
      .write(bytes, isLast, this.#signal)
      .then(() => {
        this.#storedBytes += filled;
        this.#options.onStored?.(this.#storedBytes);
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#tools.segments.release(buffer);
        this.#sending.delete(sent);
      });
    this.#sending.add(sent);
    if (isLast) this.#finishInOrder(chunk, sent);
  }

  #finishInOrder(chunk: ChunkWriter, sent: Promise<void>): void {
    const earlier = this.#inOrder;
    this.#inOrder = (async () => {
      await earlier;
      await sent;
      if (this.#failure) return;
      const run = chunk.result;
      try {
        await this.#options.onRun?.(run);
        this.#runs.push(run);
      } catch (error) {
        this.#fail(error);
      }
    })();
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#stop.abort(error);
    this.#body.fail(error);
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
