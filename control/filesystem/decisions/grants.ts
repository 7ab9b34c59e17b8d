/** Chunks of their own that were given to writers and are not committed yet. */
export class Grants {
  readonly #validUntil = new Map<string, number>();
  readonly #limit: number;

  /** `limit`: how many there may be; the oldest go first. */
  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  give(chunk: string, untilMs: number): void {
    this.#validUntil.delete(chunk);
    this.#validUntil.set(chunk, untilMs);
    for (const oldest of this.#validUntil.keys()) {
      if (this.#validUntil.size <= this.#limit) break;
      this.#validUntil.delete(oldest);
    }
  }

  isValid(chunk: string, nowMs: number): boolean {
    return (this.#validUntil.get(chunk) ?? Number.NEGATIVE_INFINITY) > nowMs;
  }

  end(chunk: string): void {
    this.#validUntil.delete(chunk);
  }

  dropExpired(nowMs: number): void {
    for (const [chunk, until] of this.#validUntil) if (until <= nowMs) this.#validUntil.delete(chunk);
  }
}
