/**
 * Guesses per key in a leaky bucket: `burst` at once, then one every `refillMs`. An attempt is counted before its outcome
 * is known, so that guesses in parallel count too, and given back when it was right.
 */
import type { Clock } from '../../common/clock/index.ts';
import { TooManyRequests } from '../../common/errors/index.ts';
import { LruCache } from './lru-cache.ts';

export interface AttemptLimit {
  burst: number;
  refillMs: number;
}

interface Bucket {
  /** Attempts not yet leaked away, as of `asOfMs` of the monotonic clock. */
  level: number;
  asOfMs: number;
}

/** Keys remembered; the one not tried for the longest is forgotten first. */
const KEYS = 20_000;

export class AttemptLimiter {
  readonly #buckets = new LruCache<string, Bucket>(KEYS);
  readonly #clock: Clock;
  readonly #limit: AttemptLimit;

  constructor(clock: Clock, limit: AttemptLimit) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Counts one attempt. @throws TooManyRequests with the seconds until the next one is allowed. */
  attempt(key: string): void {
    const bucket = this.#bucket(key);
    const { burst, refillMs } = this.#limit;
    if (bucket.level + 1 > burst) {
      const waitMs = (bucket.level + 1 - burst) * refillMs;
      throw new TooManyRequests('Too many attempts; wait before the next one.', {
        code: 'too-many-attempts',
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
    }
    bucket.level += 1;
    this.#buckets.set(key, bucket);
  }

  /** The attempt was right: it does not count. */
  giveBack(key: string): void {
    const bucket = this.#bucket(key);
    bucket.level = Math.max(0, bucket.level - 1);
    if (bucket.level === 0) this.#buckets.delete(key);
    else this.#buckets.set(key, bucket);
  }

  #bucket(key: string): Bucket {
    const now = this.#clock.monotonic();
    const known = this.#buckets.get(key) ?? { level: 0, asOfMs: now };
    return { level: Math.max(0, known.level - (now - known.asOfMs) / this.#limit.refillMs), asOfMs: now };
  }
}
