import { randomFillSync } from 'node:crypto';

/** Randomness, given in so that the simulator can seed it. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** Asking the operating system costs some microseconds whatever the amount: it is asked for so much at a time. */
const POOL_BYTES = 4096;

class SystemRandom implements Random {
  #pool = Buffer.alloc(0);

  bytes(count: number): Uint8Array {
    if (count > POOL_BYTES / 4) return randomFillSync(new Uint8Array(count));
    if (count > this.#pool.length) this.#pool = randomFillSync(Buffer.alloc(POOL_BYTES));
    // A copy: nobody holds what another one may write to, and what was given out is not kept here.
    const bytes = Uint8Array.prototype.slice.call(this.#pool, 0, count);
    this.#pool.fill(0, 0, count);
    this.#pool = this.#pool.subarray(count);
    return bytes;
  }
}

export const systemRandom: Random = new SystemRandom();
