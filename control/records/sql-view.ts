/**
 * The records as a view of the log: one entry is one transaction, which also stores the entry's height, so that a crash
 * between log and view replays and never doubles. The tables live in the schema `bramble`; what is no view of the log
 * (idempotency answers) lives in `bramble_local` and takes no part in snapshots.
 */
import type { Clock } from '../../common/clock/index.ts';
import {
  AppError,
  Conflict,
  fromProblem,
  InternalError,
  InvalidInput,
  type Problem,
  toProblem,
  Unavailable,
} from '../../common/errors/index.ts';
import { decodeCbor, encodeCbor } from '../../common/internal/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Command, Outcome, View } from '../log/index.ts';
import type { Applier } from './applier.ts';
import type { Records, Sql, Transaction } from './records.ts';
import { restoreRecords, snapshotRecords } from './snapshot.ts';
import { isCommandsOwn, isConnectionLoss } from './sql-errors.ts';

/** How long a lost PostgreSQL server is waited for before an entry is given up, and how often it is tried. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 250;

export interface SqlViewOptions {
  records: Records;
  appliers: readonly Applier[];
  /** Which log this is a view of; a database that belongs to another one is refused. */
  logIdentity: string;
  clock: Clock;
  logger: Logger;
}

interface StateRow {
  log_identity: string | null;
  height: number;
  outcomes: Uint8Array | null;
}

type StoredOutcome = { value: unknown } | { problem: Problem };

export class SqlView implements View {
  readonly name = 'records';
  readonly #options: SqlViewOptions;
  readonly #appliers: Map<string, Applier>;
  readonly #restoreListeners = new Set<() => void>();
  #height = 0;

  private constructor(options: SqlViewOptions) {
    this.#options = options;
    this.#appliers = new Map(options.appliers.map((applier) => [applier.type, applier]));
    if (this.#appliers.size !== options.appliers.length) throw new Error('Two appliers take the same command type.');
  }

  /** @throws Conflict `records-of-another-log` when the database is a view of another bramble's log. */
  static async open(options: SqlViewOptions): Promise<SqlView> {
    const view = new SqlView(options);
    await options.records.transaction(async (sql) => {
      const state = await readState(sql);
      if (state.log_identity !== null && state.log_identity !== options.logIdentity) {
        throw new Conflict(
          `The database holds the records of another bramble (log ${state.log_identity}); this data folder's log is ` +
            `${options.logIdentity}. Give each bramble its own database, or the data folder its own log back.`,
          { code: 'records-of-another-log' },
        );
      }
      await sql.query('UPDATE view_state SET log_identity = $1', [options.logIdentity]);
      view.#height = state.height;
    });
    return view;
  }

  handles(type: string): boolean {
    return this.#appliers.has(type);
  }

  appliedHeight(): number {
    return this.#height;
  }

  /** Called after `restore`, when whatever was remembered of the records is void. */
  onRestore(listener: () => void): Disposable {
    this.#restoreListeners.add(listener);
    return { [Symbol.dispose]: () => this.#restoreListeners.delete(listener) };
  }

  async apply(height: number, commands: readonly Command[]): Promise<Outcome[]> {
    if (height <= this.#height)
      throw new Error(`Entry ${height} is applied already; the records are at ${this.#height}.`);
    const outcomes = await this.#untilConnected(() => this.#applyOnce(height, commands));
    this.#height = height;
    for (const [index, command] of commands.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) this.#appliers.get(command.type)?.committed?.(command, outcome.value);
    }
    return outcomes;
  }

  async snapshot(folder: string): Promise<void> {
    await snapshotRecords(this.#options.records, folder, this.#height);
  }

  async restore(folder: string): Promise<void> {
    const { records, logger, logIdentity } = this.#options;
    this.#height = await restoreRecords(records, folder, { logger, logIdentity });
    for (const listener of this.#restoreListeners) listener();
  }

  async #applyOnce(height: number, commands: readonly Command[]): Promise<Outcome[]> {
    return await this.#options.records.transaction(async (sql) => {
      const state = await readState(sql);
      // The transaction was committed, and the connection lost before we heard of it.
      if (state.height === height && state.outcomes) return decodeOutcomes(state.outcomes);
      if (state.height !== this.#height) {
        throw new Conflict(
          `The records were at ${this.#height} and are at ${state.height} now: another process writes to the database.`,
          { code: 'records-fenced' },
        );
      }
      const outcomes: Outcome[] = [];
      for (const command of commands) outcomes.push(await this.#applyCommand(sql, command));
      await sql.query('UPDATE view_state SET height = $1, outcomes = $2', [height, encodeOutcomes(outcomes)]);
      return outcomes;
    });
  }

  async #applyCommand(sql: Transaction, command: Command): Promise<Outcome> {
    const applier = this.#appliers.get(command.type);
    if (!applier) throw new Error(`No applier of the records takes ${command.type}.`);
    const data = applier.schema.safeParse(command.data);
    if (!data.success) {
      const detail = `The command ${command.type} is not of its form: ${data.error.message}`;
      return { ok: false, error: new InvalidInput(detail, { code: 'invalid-command' }) };
    }
    try {
      const value = await sql.savepoint((part) => applier.apply(part, { ...command, data: data.data }));
      return { ok: true, value };
    } catch (error) {
      if (!(error instanceof AppError) && !isCommandsOwn(error)) throw error;
      return { ok: false, error: this.#refusal(error, command) };
    }
  }

  /** A command that fails the same way on every replay must not keep the bramble from starting: it is refused, loudly. */
  #refusal(error: unknown, command: Command): AppError {
    if (error instanceof AppError) return error;
    const { type, requestId } = command;
    this.#options.logger.error({ err: error, type, requestId }, 'a command failed while it was applied');
    return new InternalError(undefined, { cause: error, code: 'command-failed' });
  }

  async #untilConnected<Value>(work: () => Promise<Value>): Promise<Value> {
    const { clock, logger } = this.#options;
    const deadline = clock.monotonic() + PATIENCE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        if (clock.monotonic() >= deadline) {
          throw new Unavailable('The PostgreSQL server of DATABASE_URL does not answer.', { cause: error });
        }
        logger.warn({ err: error }, 'the connection to PostgreSQL is lost; trying again');
        await clock.sleep(RETRY_MS);
      }
    }
  }
}

async function readState(sql: Sql): Promise<StateRow> {
  const [state] = await sql.query<StateRow>('SELECT log_identity, height, outcomes FROM view_state FOR UPDATE');
  if (!state) throw new Error('The records have no view_state row.');
  return state;
}

function encodeOutcomes(outcomes: readonly Outcome[]): Uint8Array {
  const stored: StoredOutcome[] = outcomes.map((outcome) =>
    outcome.ok ? { value: outcome.value } : { problem: toProblem(outcome.error) },
  );
  return encodeCbor(stored);
}

function decodeOutcomes(bytes: Uint8Array): Outcome[] {
  return (decodeCbor(bytes) as StoredOutcome[]).map((stored) =>
    'problem' in stored ? { ok: false, error: fromProblem(stored.problem) } : { ok: true, value: stored.value },
  );
}
