/**
 * Bounds the bytes of writes held in memory. Writes that come from gateways wait for room; those forwarded by another
 * chunkserver never wait, since chunkservers waiting for each other in a ring would stand still: they are refused when
 * twice the budget is in use.
 */
import type { Clock } from '../../common/clock/index.ts';
import { Unavailable } from '../../common/errors/index.ts';

interface Waiter {
  bytes: number;
  admit: () => void;
  refuse: (error: Error) => void;
}

export class WriteBudget {
  readonly #bytes: number;
  readonly #clock: Clock;
  readonly #waitTimeoutMs: number;
  readonly #waiting: Waiter[] = [];
  #used = 0;

  constructor(bytes: number, clock: Clock, waitTimeoutMs: number) {
    this.#bytes = bytes;
    this.#clock = clock;
    this.#waitTimeoutMs = waitTimeoutMs;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** Room for a write, to be disposed of. @throws Unavailable `overloaded`. */
  async admit(bytes: number, origin: 'gateway' | 'chunkserver'): Promise<Disposable> {
    if (origin === 'chunkserver') {
      if (this.#used + bytes > 2 * this.#bytes) throw overloaded();
      this.#used += bytes;
    } else if (this.#waiting.length > 0 || this.#used + bytes > this.#bytes) await this.#wait(bytes);
    else this.#used += bytes;
    return { [Symbol.dispose]: () => this.#release(bytes) };
  }

  async #wait(bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { bytes, admit: resolve, refuse: reject };
    this.#waiting.push(waiter);
    using _deadline = this.#clock.setTimer(this.#waitTimeoutMs, () => {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.refuse(overloaded());
    });
    await promise;
  }

  #release(bytes: number): void {
    this.#used -= bytes;
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (this.#used > 0 && this.#used + first.bytes > this.#bytes) return;
      this.#waiting.shift();
      this.#used += first.bytes;
      first.admit();
    }
  }
}

function overloaded(): Unavailable {
  return new Unavailable('Too many writes are in flight here.', { code: 'overloaded' });
}
