/**
 * Chunks that chunkservers report and no command knows. Each is given the grace period, counted from when it was first
 * seen or last granted, since it may belong to a write on its way to its commit.
 */
export class Orphans {
  readonly #graceMs: number;
  /** When the grace of each began. */
  readonly #since = new Map<string, number>();

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  get size(): number {
    return this.#since.size;
  }

  /** Seen for the first time, or once more. */
  note(chunk: string, nowMs: number): void {
    if (!this.#since.has(chunk)) this.#since.set(chunk, nowMs);
  }

  /** Its writer is alive: the grace begins anew. */
  renew(chunk: string, nowMs: number): void {
    if (this.#since.has(chunk)) this.#since.set(chunk, nowMs);
  }

  /** It is known now, or gone. */
  clear(chunk: string): void {
    this.#since.delete(chunk);
  }

  /** Those whose grace is over, at most `limit`. */
  due(nowMs: number, limit: number): string[] {
    const due: string[] = [];
    for (const [chunk, since] of this.#since) {
      if (due.length >= limit) break;
      if (nowMs - since >= this.#graceMs) due.push(chunk);
    }
    return due;
  }
}
