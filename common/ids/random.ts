import { getRandomValues } from 'node:crypto';

/** Randomness, given in so that the simulator can seed it. */
export interface Random {
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = {
  bytes: (count) => getRandomValues(new Uint8Array(count)),
};
