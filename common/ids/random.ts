import { randomFillSync } from 'node:crypto';

/** Randomness, given in so that the simulator can seed it. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** Asking the operating system costs some microseconds whatever the amount: it is asked for so much at a time. */
const POOL_BYTES = 4096;

class SystemRandom implements Random {
  readonly #pool = new Uint8Array(POOL_BYTES);
  #given = POOL_BYTES;

  bytes(count: number): Uint8Array {
    if (count > POOL_BYTES / 4) return randomFillSync(new Uint8Array(count));
    if (this.#given + count > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#given = 0;
    }
    const end = this.#given + count;
    // A copy: nobody holds what another one may write to, and what was given out is not kept here.
    const bytes = this.#pool.slice(this.#given, end);
    this.#pool.fill(0, this.#given, end);
    this.#given = end;
    return bytes;
  }
}

export const systemRandom: Random = new SystemRandom();
