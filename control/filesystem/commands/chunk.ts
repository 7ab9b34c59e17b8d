/** The life of a chunk: open (shared only), sealed, idle when nothing refers to it, condemned, forgotten. */
import { Conflict } from '../../../common/errors/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { chunkKey, condemnedChunkKey, idleChunkKey, openChunkKey } from '../view/keys.ts';
import { type ChunkRecord, chunkTable, condemnedChunkTable, idleChunkTable, openChunkTable } from '../view/records.ts';
import type { FilesystemCommands } from './data.ts';
import { addToTotals } from './totals.ts';

export interface SealedChunk {
  chunk: string;
  version: number;
  length: number;
}

/** Stores the chunk, and keeps indexes and totals in step with it. */
export function putChunk(draft: Draft, chunk: string, before: ChunkRecord | undefined, after: ChunkRecord): void {
  draft.put(chunkTable, chunkKey(chunk), after);
  addToTotals(draft, difference(before, after));
  // The usual append to a shared chunk moves it in no index.
  if (before?.state === after.state && before.idleSinceMs === after.idleSinceMs && isIdle(before) === isIdle(after)) {
    return;
  }
  unindex(draft, chunk, before);
  if (after.state === 'open') draft.put(openChunkTable, openChunkKey(chunk), true);
  if (isIdle(after)) draft.put(idleChunkTable, idleChunkKey(after.idleSinceMs, chunk), true);
  if (after.state === 'condemned') draft.put(condemnedChunkTable, condemnedChunkKey(after.idleSinceMs, chunk), true);
}

export function openChunk(draft: Draft, { data }: Command<FilesystemCommands['chunk.open']>): void {
  if (draft.get(chunkTable, chunkKey(data.chunk))) {
    throw new Conflict(`There is a chunk ${data.chunk} already.`, { code: 'chunk-exists' });
  }
  putChunk(draft, data.chunk, undefined, {
    version: data.version,
    kind: 'shared',
    state: 'open',
    length: 0,
    liveBytes: 0,
    references: 0,
    idleSinceMs: 0,
  });
}

/** Ends appends at the longest committed offset, and raises the version so that no lease from before counts. */
export function sealChunks(draft: Draft, { at, data }: Command<FilesystemCommands['chunk.seal']>): SealedChunk[] {
  return data.chunks.flatMap((chunk) => {
    const before = draft.get(chunkTable, chunkKey(chunk));
    if (before?.state !== 'open') return [];
    const after: ChunkRecord = {
      ...before,
      state: 'sealed',
      version: before.version + 1,
      idleSinceMs: before.references === 0 ? at : 0,
    };
    putChunk(draft, chunk, before, after);
    return [{ chunk, version: after.version, length: after.length }];
  });
}

/** Answers those that are condemned now; what something refers to is left as it is. */
export function condemnChunks(draft: Draft, { at, data }: Command<FilesystemCommands['chunk.condemn']>): string[] {
  return data.chunks.filter((chunk) => {
    const before = draft.get(chunkTable, chunkKey(chunk));
    if (before && (before.state !== 'sealed' || before.references > 0)) return before.state === 'condemned';
    const kept = before ?? { version: 1, kind: 'own' as const, length: 0 };
    putChunk(draft, chunk, before, {
      version: kept.version,
      kind: kept.kind,
      length: kept.length,
      state: 'condemned',
      liveBytes: 0,
      references: 0,
      idleSinceMs: at,
    });
    return true;
  });
}

export function forgetChunks(draft: Draft, { data }: Command<FilesystemCommands['chunk.forget']>): void {
  for (const chunk of data.chunks) {
    const before = draft.get(chunkTable, chunkKey(chunk));
    if (before?.state !== 'condemned') continue;
    draft.remove(chunkTable, chunkKey(chunk));
    unindex(draft, chunk, before);
    addToTotals(draft, difference(before, undefined));
  }
}

function unindex(draft: Draft, chunk: string, before: ChunkRecord | undefined): void {
  if (before?.state === 'open') draft.remove(openChunkTable, openChunkKey(chunk));
  if (before && isIdle(before)) draft.remove(idleChunkTable, idleChunkKey(before.idleSinceMs, chunk));
  if (before?.state === 'condemned') {
    draft.remove(condemnedChunkTable, condemnedChunkKey(before.idleSinceMs, chunk));
  }
}

function isIdle(chunk: ChunkRecord): boolean {
  return chunk.state === 'sealed' && chunk.references === 0;
}

function difference(before: ChunkRecord | undefined, after: ChunkRecord | undefined) {
  const counted = (chunk: ChunkRecord | undefined) => (chunk && chunk.state !== 'condemned' ? chunk : undefined);
  const [old, now] = [counted(before), counted(after)];
  return {
    chunks: (now ? 1 : 0) - (old ? 1 : 0),
    chunkBytes: (now?.length ?? 0) - (old?.length ?? 0),
    liveBytes: (now?.liveBytes ?? 0) - (old?.liveBytes ?? 0),
  };
}
