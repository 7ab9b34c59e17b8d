/**
 * What is in the data folder at start. Sealed chunks are listed by name and size, unread. Open ones are walked block by
 * block and cut behind the last whole one; they take no more writes from this process (docs/internals/chunkserver.md).
 */
import { join } from 'node:path';
import type { Disk } from '../../common/disk/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { scanBlocks } from '../format/verify-blocks.ts';
import { Chunk } from './chunk.ts';
import type { ChunkFolders } from './chunk-folders.ts';
import { type ChunkName, parseChunkName, sealedSubfolder } from './chunk-name.ts';

const RESTARTED = 'the chunkserver restarted while it was open';

export async function recoverChunks(disk: Disk, folders: ChunkFolders, logger: Logger): Promise<Map<string, Chunk>> {
  const chunks = new Map<string, Chunk>();
  for (const subfolder of await disk.list(folders.sealed)) {
    if (!subfolder.isDirectory) continue;
    const folder = join(folders.sealed, subfolder.name);
    for (const name of await chunkNames(disk, folder, logger)) {
      if (sealedSubfolder(name.id) !== subfolder.name) continue;
      await keepNewest(
        disk,
        folders,
        chunks,
        new Chunk(name, 'sealed', 0, { closed: 'it is sealed', isNameDurable: true }),
      );
    }
  }
  for (const chunk of chunks.values()) {
    await using file = await disk.open(folders.pathOf(chunk), 'read');
    chunk.length = await file.size();
  }
  for (const name of await chunkNames(disk, folders.open, logger)) {
    const state = name.kind === 'own' ? 'staged' : 'open';
    const chunk = new Chunk(name, state, 0, { closed: RESTARTED, isNameDurable: true });
    if (await keepNewest(disk, folders, chunks, chunk)) await cutTornTail(disk, folders, chunk, logger);
  }
  return chunks;
}

async function chunkNames(disk: Disk, folder: string, logger: Logger): Promise<ChunkName[]> {
  const names: ChunkName[] = [];
  for (const entry of await disk.list(folder)) {
    const name = entry.isDirectory ? undefined : parseChunkName(entry.name);
    if (name) names.push(name);
    else logger.warn({ folder, name: entry.name }, 'not a chunk; left alone');
  }
  return names;
}

/** A crash between a rename and its sync may leave a chunk twice: the higher version is it, and sealed before open. */
async function keepNewest(
  disk: Disk,
  folders: ChunkFolders,
  chunks: Map<string, Chunk>,
  found: Chunk,
): Promise<boolean> {
  const known = chunks.get(found.id);
  const isNewer = !known || found.version > known.version;
  const older = isNewer ? known : found;
  if (isNewer) chunks.set(found.id, found);
  if (older) await disk.remove(folders.pathOf(older));
  return isNewer;
}

async function cutTornTail(disk: Disk, folders: ChunkFolders, chunk: Chunk, logger: Logger): Promise<void> {
  const path = folders.pathOf(chunk);
  await using file = await disk.open(path, 'write');
  chunk.length = await scanBlocks(file, chunk.headers);
  const size = await file.size();
  if (size === chunk.length) return;
  logger.info({ chunk: chunk.id, wholeBytes: chunk.length, cutBytes: size - chunk.length }, 'torn tail cut');
  await file.truncate(chunk.length);
  await file.sync();
}
