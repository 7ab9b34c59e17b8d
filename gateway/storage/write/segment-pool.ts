/**
 * The buffers that large uploads are cut into. Their number bounds the gateway's memory whatever the number and size of
 * uploads; an upload that finds none waits, and its client with it.
 */
import type { Clock } from '../../../common/clock/index.ts';
import { Unavailable } from '../../../common/errors/index.ts';
import { SEGMENT_BYTES } from '../../../common/filesystem/index.ts';

/** Free buffers kept for the next upload; the rest go back to the system. */
const KEPT_FREE = 6;

export class SegmentPool {
  readonly #limit: number;
  readonly #waitMs: number;
  readonly #clock: Clock;
  #free: Buffer[] = [];
  #used = 0;
  #waiting: ((buffer: Buffer) => void)[] = [];

  constructor(clock: Clock, memoryBytes: number, waitMs: number) {
    this.#clock = clock;
    this.#limit = Math.max(1, Math.floor(memoryBytes / SEGMENT_BYTES));
    this.#waitMs = waitMs;
  }

  get used(): number {
    return this.#used;
  }

  /** A buffer of SEGMENT_BYTES, the caller's until `release`. @throws Unavailable when none came free in time. */
  async acquire(signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    if (this.#used < this.#limit) {
      this.#used += 1;
      return this.#free.pop() ?? Buffer.allocUnsafeSlow(SEGMENT_BYTES);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const leave = (reason: unknown) => {
      this.#waiting = this.#waiting.filter((other) => other !== resolve);
      reject(reason);
    };
    const onAbort = () => leave(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    using _timer = this.#clock.setTimer(this.#waitMs, () =>
      leave(new Unavailable('Too many large uploads are under way; try again soon.', { code: 'uploads-busy' })),
    );
    this.#waiting.push(resolve);
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  release(buffer: Buffer): void {
    const next = this.#waiting.shift();
    if (next) {
      next(buffer);
      return;
    }
    this.#used -= 1;
    if (this.#free.length < KEPT_FREE) this.#free.push(buffer);
  }
}
