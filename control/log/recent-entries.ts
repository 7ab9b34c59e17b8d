import type { Entry } from './command-log.ts';

const MAX_ENTRIES = 1024;
const MAX_BYTES = 8 * 2 ** 20;

/** The newest entries in memory, so that whoever follows the log live reads no disk. */
export class RecentEntries {
  #entries: { entry: Entry; bytes: number }[] = [];
  #bytes = 0;

  add(entry: Entry, bytes: number): void {
    this.#entries.push({ entry, bytes });
    this.#bytes += bytes;
    let drop = 0;
    while (this.#entries.length - drop > MAX_ENTRIES || (this.#bytes > MAX_BYTES && drop < this.#entries.length - 1)) {
      this.#bytes -= this.#entries[drop]?.bytes ?? 0;
      drop += 1;
    }
    if (drop > 0) this.#entries.splice(0, drop);
  }

  /** Of the oldest that is kept; undefined when there is none. */
  get firstHeight(): number | undefined {
    return this.#entries[0]?.entry.height;
  }

  get(height: number): Entry | undefined {
    const first = this.firstHeight;
    return first === undefined ? undefined : this.#entries[height - first]?.entry;
  }
}
