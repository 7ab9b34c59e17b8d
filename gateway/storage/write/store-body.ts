/**
 * From a body to bytes that a quorum holds, and on to the commit that makes them count: small ones appended to a shared
 * chunk, or carried by the commit itself; large ones in chunks of their own. What is committed (an object, a part of one)
 * is the caller's.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../common/clock/index.ts';
import { AppError } from '../../../common/errors/index.ts';
import {
  type Extent,
  INLINE_OBJECT_BYTES,
  SMALL_OBJECT_BYTES,
  type WrittenChunk,
} from '../../../common/filesystem/index.ts';
import { BodyReader } from './body-reader.ts';
import { type ExtentWriterTools, type StoredRun, takeBody } from './extent-writer.ts';
import { readSmallBody } from './small-body.ts';
import type { SmallObjectAppender } from './small-object-appender.ts';

export interface StoreBodyTools extends ExtentWriterTools {
  appender: Pick<SmallObjectAppender, 'append'>;
  clock: Clock;
  clientStallMs: number;
}

export interface NewBody<Digest> {
  stream: Readable;
  /** Bytes, when announced. */
  size: number | undefined;
  /**
   * Whether the stream itself tells that it ended whole, and fails otherwise: its end is then waited for, since what
   * comes behind the last byte (a signature, a checksum) may make it fail. Else it is whole when `size` bytes came.
   */
  endsItself: boolean;
  /** All of a small body, whole and as it should be, when it is here already: then the stream is not read. */
  arrived?: () => Buffer<ArrayBuffer> | undefined;
  /** Whether up to INLINE_OBJECT_BYTES may ride in the commit. */
  mayRideInCommit: boolean;
  /**
   * Asked once all bytes are here, before anything is committed, and for small ones (which it is given) before they are
   * stored: rejects when they are not what they were said to be.
   */
  digest(small: Buffer | undefined, runs: readonly StoredRun[]): Digest | Promise<Digest>;
  signal: AbortSignal;
  onReceived?: (bytes: number) => void;
  onStored?: (bytes: number) => void;
}

export interface StoredBody<Digest> {
  size: number;
  digest: Digest;
  inline?: Uint8Array<ArrayBuffer>;
  extents: Extent[];
  chunks: WrittenChunk[];
}

/** How often small bytes go to another chunk because the one they were in was sealed before their commit. */
const SEALED_RETRIES = 4;
const RETRY_ELSEWHERE = new Set(['chunk-sealed', 'chunk-condemned']);

/**
 * Answers what `commit` answers; `commit` may be called again, with the bytes elsewhere.
 * @throws what the caller did wrong, or Unavailable with the reason; then nothing refers to the bytes.
 */
export async function storeBody<Digest, Answer>(
  tools: StoreBodyTools,
  body: NewBody<Digest>,
  commit: (stored: StoredBody<Digest>) => Promise<Answer>,
): Promise<Answer> {
  const { size, stream, signal, endsItself } = body;
  const options = {
    clock: tools.clock,
    stallMs: tools.clientStallMs,
    signal,
    ...(body.onReceived && { onProgress: body.onReceived }),
  };
  if (size !== undefined && size <= SMALL_OBJECT_BYTES && !endsItself) {
    return await storeSmall(tools, body, await readSmallBody(stream, size, options), commit);
  }
  const arrived = size !== undefined && size <= SMALL_OBJECT_BYTES ? body.arrived?.() : undefined;
  if (arrived) {
    body.onReceived?.(arrived.length);
    return await storeSmall(tools, body, arrived, commit);
  }
  using reader = new BodyReader(stream, {
    ...options,
    expectedBytes: endsItself ? undefined : size,
    errorsTell: endsItself,
  });
  if (size !== undefined && size <= SMALL_OBJECT_BYTES) {
    return await storeSmall(tools, body, await reader.rest(size), commit);
  }
  const taken = await takeBody(tools, reader, { signal, ...(body.onStored && { onStored: body.onStored }) });
  if ('small' in taken) return await storeSmall(tools, body, taken.small, commit);
  return await storeLarge(tools, body, taken.runs, commit);
}

async function storeSmall<Digest, Answer>(
  tools: StoreBodyTools,
  body: NewBody<Digest>,
  bytes: Buffer<ArrayBuffer>,
  commit: (stored: StoredBody<Digest>) => Promise<Answer>,
): Promise<Answer> {
  const digest = await body.digest(bytes, []);
  const size = bytes.length;
  if (size === 0 || (size <= INLINE_OBJECT_BYTES && body.mayRideInCommit)) {
    return await commit({ size, digest, inline: bytes, extents: [], chunks: [] });
  }
  for (let attempt = 1; ; attempt += 1) {
    const { extent, written } = await tools.appender.append(bytes);
    body.onStored?.(size);
    try {
      return await commit({ size, digest, extents: [extent], chunks: [written] });
    } catch (error) {
      const goesElsewhere = error instanceof AppError && RETRY_ELSEWHERE.has(error.code);
      if (!goesElsewhere || attempt === SEALED_RETRIES) throw error;
    }
  }
}

async function storeLarge<Digest, Answer>(
  tools: StoreBodyTools,
  body: NewBody<Digest>,
  runs: readonly StoredRun[],
  commit: (stored: StoredBody<Digest>) => Promise<Answer>,
): Promise<Answer> {
  try {
    const digest = await body.digest(undefined, runs);
    const extents = runs.map((run) => run.extent);
    const size = extents.reduce((sum, extent) => sum + extent.length, 0);
    return await commit({ size, digest, extents, chunks: runs.map((run) => run.written) });
  } finally {
    tools.renewer.letGo(runs.map((run) => run.extent.chunk));
  }
}
