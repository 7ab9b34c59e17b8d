import type { z } from 'zod';
import type { Command } from '../log/index.ts';
import type { Sql } from './records.ts';

/** How one type of command changes the records. A domain registers one for each of its types. */
export interface Applier<Data = unknown> {
  type: string;
  /** What the command's data must be; a command that is not so is refused. */
  schema: z.ZodType<Data>;
  /**
   * Pure over (records, command): no clock, no randomness, nothing outside `sql`. Answers the command's value, of what
   * CBOR can carry. @throws AppError to refuse the command, which then leaves no trace.
   */
  apply(sql: Sql, command: Command<Data>): Promise<unknown>;
  /** Called once the effect is committed, in order, before anyone hears of the result: for caches over the records. */
  committed?(command: Command<Data>, value: unknown): void;
}

/** Keeps the data's type while the appliers of a domain are put into one list. */
export function applier<Schema extends z.ZodType>(
  definition: Omit<Applier<z.output<Schema>>, 'schema'> & { schema: Schema },
): Applier {
  return definition as unknown as Applier;
}
