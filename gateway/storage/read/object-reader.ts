/**
 * Streams a part of an object, extent after extent, the next one asked for while the last bytes of the present one
 * travel. What is in memory at any time are a few pieces, whatever the object's size.
 */
import type { Readable } from 'node:stream';
import { AppError, Unavailable } from '../../../common/errors/index.ts';
import type { FoundObject, Replica } from '../../../common/filesystem/index.ts';
import { ExtentReader, type OpenedRead, type ReadTools } from './extent-reader.ts';
import { type ExtentSlice, sliceExtents } from './extent-slices.ts';
import type { Sink } from './pump.ts';

/** The next extent is asked for when no more than this is left of the present one. */
const READ_AHEAD_BYTES = 4 * 1024 * 1024;
/** How often replicas are looked up anew when none of those known could give the bytes. */
const LOOKUPS = 4;
const LOOKUP_PAUSE_MS = 1_000;

export interface ReadRequest {
  found: FoundObject;
  /** Bytes `from` (inclusive) to `to` (exclusive). */
  from: number;
  to: number;
  sink: Sink;
  signal: AbortSignal;
  /** The object as it is now, with the replicas as they are now. */
  lookAgain(): Promise<FoundObject>;
}

/** @throws Unavailable when no replica has some of the bytes; what the sink threw. */
export async function readObject(tools: ReadTools, request: ReadRequest): Promise<void> {
  const { content, extentsBegin = 0 } = request.found;
  const slices = sliceExtents(content.extents, request.from - extentsBegin, request.to - extentsBegin);
  const state: Located = { replicas: request.found.replicas };
  let opened: OpenedRead | undefined;
  try {
    for (const [index, slice] of slices.entries()) {
      const next = slices[index + 1];
      let ahead: OpenedRead | undefined;
      const reader: ExtentReader = new ExtentReader(
        tools,
        slice,
        (piece) => {
          if (next && !ahead && slice.to - reader.position <= READ_AHEAD_BYTES) {
            ahead = openAhead(tools, next, state, request.signal);
          }
          return request.sink(piece);
        },
        request.signal,
      );
      const present = opened;
      opened = undefined;
      try {
        await readSlice(tools, reader, slice, state, request, present);
      } finally {
        opened = ahead;
      }
    }
  } finally {
    if (opened) await discard(opened);
  }
}

interface Located {
  replicas: FoundObject['replicas'];
}

async function readSlice(
  tools: ReadTools,
  reader: ExtentReader,
  slice: ExtentSlice,
  state: Located,
  request: ReadRequest,
  opened: OpenedRead | undefined,
): Promise<void> {
  let ahead = opened;
  for (let attempt = 1; ; attempt += 1) {
    const replicas = state.replicas[slice.extent.chunk] ?? [];
    try {
      await reader.readFrom(replicas, ahead);
      return;
    } catch (error) {
      const isUnavailable = error instanceof AppError && error.code === 'chunk-unavailable';
      if (!isUnavailable || attempt === LOOKUPS) throw error;
    }
    ahead = undefined;
    await tools.clock.sleep(attempt === 1 ? 0 : LOOKUP_PAUSE_MS, request.signal);
    const now = await request.lookAgain();
    if (now.content.etag !== request.found.content.etag) {
      throw new Unavailable('The object was replaced while it was read; ask for it again.', {
        code: 'object-replaced',
      });
    }
    state.replicas = now.replicas;
  }
}

function openAhead(tools: ReadTools, slice: ExtentSlice, state: Located, signal: AbortSignal): OpenedRead | undefined {
  const replica: Replica | undefined = tools.health.preferHealthy(state.replicas[slice.extent.chunk] ?? [])[0];
  if (!replica) return undefined;
  const stream: Promise<Readable> = tools.connection.read(replica, slice.extent, slice.from, slice.to, signal);
  // Its failure is met when its turn comes.
  stream.catch(() => undefined);
  return { replica, stream };
}

async function discard(opened: OpenedRead): Promise<void> {
  try {
    const stream = await opened.stream;
    stream.on('error', () => undefined);
    stream.destroy();
  } catch {
    // It never opened: there is nothing to close.
  }
}
