/** The one ordered, durable, hash-chained sequence of commands. */
import type { AppError } from '../../common/errors/index.ts';
import type { Command } from './command.ts';

export interface Entry {
  /** 1 for the first. */
  height: number;
  /** Milliseconds since the epoch at which the entry was made; never less than the one's before. */
  time: number;
  commands: Command[];
  /** SHA-256 of the entry before; 32 zero bytes for the first. */
  prev: Uint8Array;
  /** SHA-256 over prev, height, time and commands, in the encoding the log defines. */
  hash: Uint8Array;
}

/** What applying one command gave: a value, or the refusal that `apply` decided on (the command then had no effect). */
export type Outcome = { ok: true; value: unknown } | { ok: false; error: AppError };

export interface CommandLog extends AsyncDisposable {
  /** The last entry's height; 0 when there is none. */
  readonly height: number;
  /**
   * Resolves when the command is durable and applied to its view, with what `apply` answered.
   * @throws the AppError that `apply` refused it with; Unavailable when the log cannot take commands (disk full, stopping).
   */
  append<Value>(command: Command): Promise<{ height: number; value: Value }>;
  /** The durable entries from `from` on, as they are now. */
  read(from: number): AsyncIterable<Entry>;
  /** The entries from `from` on, then every new one once it is applied, until the signal is aborted. */
  subscribe(from: number, signal: AbortSignal): AsyncIterable<Entry>;
}

/**
 * What commands are applied to. Each view owns the command types it handles; the height it has applied is stored in the
 * same transaction as the effect, so that a crash at any moment replays and never doubles.
 */
export interface View {
  readonly name: string;
  handles(type: string): boolean;
  /** The height of the last entry whose effect is in the view. */
  appliedHeight(): number;
  /**
   * Applies the commands of one entry that this view handles, in order, in one transaction together with `height`.
   * Pure over (view, command). A refused command leaves no trace; the others go on. Called for one entry at a time, in
   * order of height; entries without a command of this view may be skipped.
   */
  apply(height: number, commands: readonly Command[]): Promise<Outcome[]>;
  /** Writes all of the view, at its applied height, into the (empty) folder. */
  snapshot(folder: string): Promise<void>;
  /** Replaces all of the view by what `snapshot` wrote. */
  restore(folder: string): Promise<void>;
}
