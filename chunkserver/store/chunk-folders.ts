import { join } from 'node:path';
import type { Disk } from '../../common/disk/index.ts';
import type { Chunk } from './chunk.ts';
import { formatChunkName, sealedSubfolder } from './chunk-name.ts';

/** `chunks/open` for what is being written, `chunks/sealed/<last byte of the id>` for what is complete. */
export class ChunkFolders {
  readonly open: string;
  readonly sealed: string;

  constructor(dataFolder: string) {
    this.open = join(dataFolder, 'chunks', 'open');
    this.sealed = join(dataFolder, 'chunks', 'sealed');
  }

  async make(disk: Disk): Promise<void> {
    await disk.makeFolder(this.open);
    await disk.makeFolder(this.sealed);
    const present = new Set((await disk.list(this.sealed)).map((entry) => entry.name));
    for (let byte = 0; byte < 256; byte++) {
      const name = byte.toString(16).padStart(2, '0');
      if (!present.has(name)) await disk.makeFolder(join(this.sealed, name));
    }
    if (present.size < 256) await disk.syncFolder(this.sealed);
    await disk.syncFolder(this.open);
  }

  /** Where the chunk's file is while it has this version and state. */
  pathOf(chunk: Pick<Chunk, 'id' | 'version' | 'kind' | 'state'>): string {
    return join(this.folderOf(chunk), formatChunkName(chunk));
  }

  folderOf(chunk: Pick<Chunk, 'id' | 'state'>): string {
    return chunk.state === 'sealed' ? join(this.sealed, sealedSubfolder(chunk.id)) : this.open;
  }
}
