/** What is obeyed of a bucket whoever asks: its CORS rules and its website. Remembered for a few seconds. */
import type { Clock } from '../../../common/clock/index.ts';
import { AppError } from '../../../common/errors/index.ts';
import type { BucketRules } from '../../../common/filesystem/index.ts';
import type { BucketCalls } from '../master/bucket-calls.ts';
import type { Asker } from '../master/master-client.ts';
import { s3Bucket } from './s3-address.ts';

const KEPT_MS = 5_000;
const MAX_ENTRIES = 10_000;

export class BucketRulesCache {
  readonly #buckets: Pick<BucketCalls, 'rules'>;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kept = new Map<string, { rules: BucketRules | undefined; untilMs: number }>();
  /** Counts changes: what was read before one must not be remembered after it. */
  #changes = 0;

  constructor(buckets: Pick<BucketCalls, 'rules'>, clock: Pick<Clock, 'monotonic'>) {
    this.#buckets = buckets;
    this.#clock = clock;
  }

  /** Of the bucket that holds the name in S3; undefined when there is none. */
  async of(bucket: string, about: { requestId: string; remoteAddress: string }): Promise<BucketRules | undefined> {
    const known = this.#kept.get(bucket);
    if (known && known.untilMs > this.#clock.monotonic()) return known.rules;
    const { requestId, remoteAddress: address } = about;
    const before = this.#changes;
    const rules = await this.#ask({ requestId, address, credential: { kind: 'anonymous' } }, bucket);
    if (this.#changes !== before) return rules;
    // Deleted first, so that the map's order is that of expiry.
    this.#kept.delete(bucket);
    this.#kept.set(bucket, { rules, untilMs: this.#clock.monotonic() + KEPT_MS });
    if (this.#kept.size > MAX_ENTRIES) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return rules;
  }

  /** What was configured through this gateway is obeyed by it at once. */
  forget(bucket: string): void {
    this.#changes += 1;
    this.#kept.delete(bucket);
  }

  async #ask(asker: Asker, bucket: string): Promise<BucketRules | undefined> {
    try {
      return await this.#buckets.rules(asker, s3Bucket(bucket));
    } catch (error) {
      if (error instanceof AppError && error.code === 'no-such-bucket') return undefined;
      throw error;
    }
  }
}
