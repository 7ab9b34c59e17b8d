import type { Clock } from '../clock/index.ts';
import type { Random } from './random.ts';
import { uuidV7 } from './uuid-v7.ts';

/** Makes ids, plain (`0199…`) or with a type prefix (`user_0199…`). */
export interface IdMaker {
  uuid(): string;
  typed(prefix: string): string;
}

export function createIdMaker(clock: Pick<Clock, 'now'>, random: Random): IdMaker {
  return {
    uuid: () => uuidV7(clock, random),
    typed: (prefix) => `${prefix}_${uuidV7(clock, random)}`,
  };
}
