/**
 * The content of one file of the simulated disk, twice: as programs see it, and as it would be after a power cut. What
 * lies between the two is the list of changes since the last sync.
 */

/** The unit in which a disk's cache loses or keeps unsynced bytes. */
const PAGE_BYTES = 4096;

type Change =
  | { kind: 'write'; position: number; bytes: Uint8Array; isDoomed: boolean }
  | { kind: 'truncate'; length: number; isDoomed: boolean };

/** How much of the unsynced survives: nothing; or a seeded part, whole pages in any order or cut at any byte. */
export type PowerCut = 'lost' | 'torn';

class GrowingBytes {
  #bytes = new Uint8Array(0);
  length = 0;

  static of(bytes: Uint8Array): GrowingBytes {
    const made = new GrowingBytes();
    made.write(bytes, 0);
    return made;
  }

  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.byteLength;
    if (end > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.byteLength * 2, 1024));
      larger.set(this.view);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, position);
    this.length = Math.max(this.length, end);
  }

  truncate(length: number): void {
    if (length > this.length) this.write(new Uint8Array(length - this.length), this.length);
    this.#bytes.fill(0, length, this.length);
    this.length = length;
  }

  apply(change: Change): void {
    if (change.kind === 'write') this.write(change.bytes, change.position);
    else this.truncate(change.length);
  }
}

export class SimulatedFile {
  #present: GrowingBytes;
  #durable: GrowingBytes;
  #unsynced: Change[] = [];

  constructor(content: Uint8Array = new Uint8Array(0)) {
    this.#present = GrowingBytes.of(content);
    this.#durable = GrowingBytes.of(content);
  }

  get size(): number {
    return this.#present.length;
  }

  /** What programs see now; valid until the next change. */
  get content(): Uint8Array {
    return this.#present.view;
  }

  write(bytes: Uint8Array, position: number): void {
    this.#change({ kind: 'write', position, bytes: Uint8Array.from(bytes), isDoomed: false });
  }

  truncate(length: number): void {
    this.#change({ kind: 'truncate', length, isDoomed: false });
  }

  sync(): void {
    for (const change of this.#unsynced) if (!change.isDoomed) this.#durable.apply(change);
    this.#unsynced = this.#unsynced.filter((change) => change.isDoomed);
  }

  /** After a failed sync the kernel believes the pages clean: no later sync writes them (PostgreSQL's "fsyncgate"). */
  failSync(): void {
    for (const change of this.#unsynced) change.isDoomed = true;
  }

  flipBit(offset: number, bit: number): void {
    for (const bytes of [this.#present, this.#durable]) {
      const byte = bytes.view[offset];
      if (byte !== undefined) bytes.view[offset] = byte ^ (1 << bit);
    }
  }

  /** The content after a power cut. `chance` gives numbers in [0, 1). */
  afterPowerCut(cut: PowerCut, chance: () => number): Uint8Array {
    const survived = GrowingBytes.of(this.#durable.view);
    if (cut === 'torn') for (const change of survivors(this.#unsynced, chance)) survived.apply(change);
    return survived.view;
  }

  #change(change: Change): void {
    this.#present.apply(change);
    this.#unsynced.push(change);
  }
}

function survivors(unsynced: readonly Change[], chance: () => number): Change[] {
  if (chance() < 0.5) return unsynced.flatMap(intoPages).filter(() => chance() < 0.5);
  const whole = Math.floor(chance() * (unsynced.length + 1));
  const torn = unsynced[whole];
  const kept = unsynced.slice(0, whole);
  if (torn?.kind === 'write') {
    kept.push({ ...torn, bytes: torn.bytes.subarray(0, Math.floor(chance() * (torn.bytes.byteLength + 1))) });
  }
  return kept;
}

function intoPages(change: Change): Change[] {
  if (change.kind === 'truncate') return [change];
  const pages: Change[] = [];
  for (let from = 0; from < change.bytes.byteLength; ) {
    const position = change.position + from;
    const to = Math.min(change.bytes.byteLength, from + PAGE_BYTES - (position % PAGE_BYTES));
    pages.push({ ...change, position, bytes: change.bytes.subarray(from, to) });
    from = to;
  }
  return pages;
}
