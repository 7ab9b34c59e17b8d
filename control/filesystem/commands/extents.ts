/** References from objects and uploads to chunks: taken when they are made, given back when they go. */
import { Conflict, InvalidInput } from '../../../common/errors/index.ts';
import {
  CHUNK_FILE_BYTES,
  type Extent,
  physicalLength,
  WRITE_QUORUM,
  type WrittenChunk,
} from '../../../common/filesystem/index.ts';
import type { Draft } from '../view/draft.ts';
import { chunkKey } from '../view/keys.ts';
import { type ChunkRecord, chunkTable } from '../view/records.ts';
import { putChunk } from './chunk.ts';

/** Where in the chunk's file the extent ends. */
export function extentEnd(extent: Extent): number {
  return extent.offset + physicalLength(extent.length);
}

/**
 * Refers to what was just written.
 * @throws Conflict `chunk-sealed`, `chunk-condemned`: write it again, elsewhere.
 * @throws InvalidInput when the votes or lengths do not cover the extents.
 */
export function holdWritten(draft: Draft, extents: readonly Extent[], written: readonly WrittenChunk[]): void {
  for (const chunk of written) admitWritten(draft, chunk);
  for (const extent of extents) {
    const proof = written.find(({ chunk }) => chunk === extent.chunk);
    if (!proof) throw new InvalidInput(`No votes were given for chunk ${extent.chunk}.`, { code: 'too-few-votes' });
    if (extentEnd(extent) > proof.length) {
      throw new InvalidInput(`The extent ends behind the ${proof.length} bytes that chunk ${extent.chunk} has.`, {
        code: 'invalid-length',
      });
    }
    hold(draft, extent);
  }
}

/** Refers once more to what an object refers to already. */
export function holdShared(draft: Draft, extents: readonly Extent[]): void {
  for (const extent of extents) hold(draft, extent);
}

export function release(draft: Draft, extents: readonly Extent[], at: number): void {
  for (const extent of extents) {
    const before = draft.get(chunkTable, chunkKey(extent.chunk));
    if (!before || before.references === 0) throw new Error(`Chunk ${extent.chunk} has no reference to give back.`);
    const references = before.references - 1;
    putChunk(draft, extent.chunk, before, {
      ...before,
      references,
      liveBytes: before.liveBytes - physicalLength(extent.length),
      idleSinceMs: references === 0 && before.state === 'sealed' ? at : 0,
    });
  }
}

function admitWritten(draft: Draft, written: WrittenChunk): void {
  if (new Set(written.votes).size < WRITE_QUORUM) {
    throw new InvalidInput(`Chunk ${written.chunk} has ${written.votes.length} durable votes of ${WRITE_QUORUM}.`, {
      code: 'too-few-votes',
    });
  }
  const known = draft.get(chunkTable, chunkKey(written.chunk));
  if (!known) {
    // Shared chunks are opened by a command: one that is unknown was collected long ago.
    if (written.kind === 'shared') throw condemned(written.chunk);
    putChunk(draft, written.chunk, undefined, {
      version: written.version,
      kind: 'own',
      state: 'sealed',
      length: written.length,
      liveBytes: 0,
      references: 0,
      idleSinceMs: 0,
    });
    return;
  }
  if (known.state === 'condemned') throw condemned(written.chunk);
  if (known.kind !== written.kind) {
    throw new InvalidInput(`Chunk ${written.chunk} is ${known.kind}, not ${written.kind}.`, {
      code: 'wrong-chunk-kind',
    });
  }
  if (known.state === 'open' && known.version !== written.version) throw sealed(written.chunk);
}

function hold(draft: Draft, extent: Extent): void {
  const before = draft.get(chunkTable, chunkKey(extent.chunk));
  if (!before || before.state === 'condemned') throw condemned(extent.chunk);
  const end = extentEnd(extent);
  if (end > CHUNK_FILE_BYTES) {
    throw new InvalidInput(`The extent ends behind the end of chunk ${extent.chunk}.`, { code: 'invalid-length' });
  }
  if (before.state === 'sealed' && end > before.length) throw sealed(extent.chunk);
  const after: ChunkRecord = {
    ...before,
    length: Math.max(before.length, end),
    references: before.references + 1,
    liveBytes: before.liveBytes + physicalLength(extent.length),
    idleSinceMs: 0,
  };
  putChunk(draft, extent.chunk, before, after);
}

function sealed(chunk: string): Conflict {
  return new Conflict(`Chunk ${chunk} was sealed before this part of it was committed; write it again.`, {
    code: 'chunk-sealed',
  });
}

function condemned(chunk: string): Conflict {
  return new Conflict(`Chunk ${chunk} is given up; write it again.`, { code: 'chunk-condemned' });
}
