/** From a body to a committed object, whatever its size. */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../common/clock/index.ts';
import { AppError } from '../../../common/errors/index.ts';
import {
  type Committed,
  type Extent,
  INLINE_OBJECT_BYTES,
  type ObjectContent,
  type ObjectName,
  type Preconditions,
  SMALL_OBJECT_BYTES,
  type WrittenChunk,
} from '../../../common/filesystem/index.ts';
import type { IdMaker } from '../../../common/ids/index.ts';
import type { Asker, MasterClient } from '../master/master-client.ts';
import { BodyReader } from '../write/body-reader.ts';
import { type ExtentWriterTools, type StoredRun, takeBody } from '../write/extent-writer.ts';
import { readSmallBody } from '../write/small-body.ts';
import type { SmallObjectAppender } from '../write/small-object-appender.ts';

export interface StoreTools extends ExtentWriterTools {
  master: Pick<MasterClient, 'commit'>;
  appender: Pick<SmallObjectAppender, 'append'>;
  ids: IdMaker;
  clock: Clock;
  clientStallMs: number;
}

export interface NewObject {
  asker: Asker;
  name: ObjectName;
  contentType: string;
  headers: Record<string, string>;
  preconditions: Preconditions;
  body: Readable;
  /** Bytes, when announced. */
  size: number | undefined;
  signal: AbortSignal;
  onReceived?: (bytes: number) => void;
  onStored?: (bytes: number) => void;
}

export interface StoredObject extends Committed {
  size: number;
}

/** How often a small object goes to another chunk because the one it was in was sealed before its commit. */
const SEALED_RETRIES = 4;
const RETRY_ELSEWHERE = new Set(['chunk-sealed', 'chunk-condemned']);

/** @throws what the caller did wrong, or Unavailable with the reason; then there is no trace of the object. */
export async function storeObject(tools: StoreTools, object: NewObject): Promise<StoredObject> {
  const { size, body, signal } = object;
  const options = {
    clock: tools.clock,
    stallMs: tools.clientStallMs,
    signal,
    ...(object.onReceived && { onProgress: object.onReceived }),
  };
  if (size !== undefined && size <= SMALL_OBJECT_BYTES) {
    return await storeSmall(tools, object, await readSmallBody(body, size, options));
  }
  using reader = new BodyReader(body, { ...options, expectedBytes: size });
  const taken = await takeBody(tools, reader, { signal, ...(object.onStored && { onStored: object.onStored }) });
  if ('small' in taken) return await storeSmall(tools, object, taken.small);
  return await storeLarge(tools, object, taken.runs);
}

async function storeSmall(tools: StoreTools, object: NewObject, bytes: Buffer<ArrayBuffer>): Promise<StoredObject> {
  if (bytes.length <= INLINE_OBJECT_BYTES) return await commit(tools, object, bytes.length, [], [], bytes);
  for (let attempt = 1; ; attempt += 1) {
    const { extent, written } = await tools.appender.append(bytes);
    object.onStored?.(bytes.length);
    try {
      return await commit(tools, object, bytes.length, [extent], [written]);
    } catch (error) {
      const goesElsewhere = error instanceof AppError && RETRY_ELSEWHERE.has(error.code);
      if (!goesElsewhere || attempt === SEALED_RETRIES) throw error;
    }
  }
}

async function storeLarge(tools: StoreTools, object: NewObject, runs: readonly StoredRun[]): Promise<StoredObject> {
  try {
    const extents = runs.map((run) => run.extent);
    const size = extents.reduce((sum, extent) => sum + extent.length, 0);
    return await commit(
      tools,
      object,
      size,
      extents,
      runs.map((run) => run.written),
    );
  } finally {
    tools.renewer.letGo(runs.map((run) => run.extent.chunk));
  }
}

async function commit(
  tools: StoreTools,
  object: NewObject,
  size: number,
  extents: Extent[],
  chunks: WrittenChunk[],
  inline?: Uint8Array<ArrayBuffer>,
): Promise<StoredObject> {
  // The ETag is the write's own, not the bytes': a commit whose answer was lost is recognised by it.
  const etag = tools.ids.uuid().replaceAll('-', '');
  const { contentType, headers, name, preconditions } = object;
  const content: ObjectContent = { size, etag, contentType, headers, extents, ...(inline && { inline }) };
  const committed = await tools.master.commit({ ...object.asker, name, content, chunks, preconditions });
  return { ...committed, size };
}
