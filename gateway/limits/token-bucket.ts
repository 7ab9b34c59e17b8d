/** Token buckets by key: `perSecond` for ever, `burst` after a pause; the least recently used are forgotten past `entries`. */
export interface RateLimits {
  perSecond: number;
  burst: number;
  /** Keys remembered at most; a forgotten one begins anew with a full bucket. */
  entries: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

export class TokenBuckets {
  readonly #limits: RateLimits;
  /** In order of last use: a Map iterates in order of insertion, and every use inserts anew. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token. Answers 0, or the milliseconds until there will be one. `nowMs` is of a clock that never goes back. */
  take(key: string, nowMs: number): number {
    const { perSecond, burst, entries } = this.#limits;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1000);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > entries) this.#forgetOldest();
    if (bucket.tokens < 1) return ((1 - bucket.tokens) * 1000) / perSecond;
    bucket.tokens -= 1;
    return 0;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}
