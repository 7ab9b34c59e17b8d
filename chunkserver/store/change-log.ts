/** What changed since the last heartbeat that was answered. Bounded by the number of chunks. */
import type { ChunkReport } from '../../common/filesystem/index.ts';
import type { Chunk } from './chunk.ts';

export interface Changes {
  chunks: ChunkReport[];
  removed: string[];
}

export class ChangeLog {
  #changed = new Set<Chunk>();
  #removed = new Set<string>();

  changed(chunk: Chunk): void {
    this.#changed.add(chunk);
    this.#removed.delete(chunk.id);
  }

  removed(id: string): void {
    for (const chunk of this.#changed) if (chunk.id === id) this.#changed.delete(chunk);
    this.#removed.add(id);
  }

  /** Takes what there is; to be given back with `restore` when the heartbeat was not answered. */
  take(): { changes: Changes; restore: () => void } {
    const changed = this.#changed;
    const removed = this.#removed;
    this.#changed = new Set();
    this.#removed = new Set();
    return {
      changes: { chunks: [...changed].map((chunk) => chunk.report), removed: [...removed] },
      restore: () => {
        for (const chunk of changed) if (!this.#removed.has(chunk.id)) this.#changed.add(chunk);
        for (const id of removed) if (![...this.#changed].some((chunk) => chunk.id === id)) this.#removed.add(id);
      },
    };
  }
}
