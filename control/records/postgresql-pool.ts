/**
 * Connections to a PostgreSQL server that fail cleanly. The driver (postgres 3.4.9) writes to a connection it holds for a
 * transaction even after that was closed, which hangs or throws where nobody can catch it (its issues 1154 and 1208). So
 * when a connection is lost, its pool is never written to again, and the next statement gets a new pool.
 */
import postgres from 'postgres';
import type { Logger } from '../../common/logging/index.ts';
import { isConnectionLoss } from './sql-errors.ts';

/** PostgreSQL's object ids of types (`pg_type.dat`). */
const INT8 = 20;
const BYTEA = 17;
const MAX_CONNECTIONS = 8;
const STATEMENT_TIMEOUT_MS = 60_000;
/** The server answers within its own timeout; who does not is gone. */
const STALL_MS = STATEMENT_TIMEOUT_MS + 5_000;

export type PoolClient = ReturnType<typeof connect>;

/** Of the driver's own kind: `sql-errors.ts` knows it as a lost connection. */
class ConnectionLost extends Error {
  readonly code = 'CONNECTION_CLOSED';
}

export class PostgresqlPool implements AsyncDisposable {
  readonly client: PoolClient;
  readonly #logger: Logger;
  /** Those whose statement runs: all hear of a loss at once, also where the driver would let them wait forever. */
  readonly #running = new Set<(error: ConnectionLost) => void>();
  #isBroken = false;

  constructor(databaseUrl: string, logger: Logger) {
    this.#logger = logger;
    this.client = connect(databaseUrl, logger, () => this.#break('The connection to PostgreSQL was lost.'));
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Runs one statement. @throws what the server refused it with; an error of code CONNECTION_CLOSED when it is gone. */
  async run<Result>(statement: () => PromiseLike<Result>): Promise<Result> {
    if (this.#isBroken) throw new ConnectionLost('The connection to PostgreSQL was lost.');
    const lost = Promise.withResolvers<never>();
    this.#running.add(lost.reject);
    const timer = setTimeout(() => this.#break('PostgreSQL did not answer in time.'), STALL_MS);
    try {
      return await Promise.race([statement(), lost.promise]);
    } catch (error) {
      if (isConnectionLoss(error)) this.#break('The connection to PostgreSQL was lost.');
      throw error;
    } finally {
      clearTimeout(timer);
      this.#running.delete(lost.reject);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isBroken = true;
    await this.client.end({ timeout: 3 });
  }

  /** Lets a broken pool go, without making anyone wait for it. */
  abandon(): void {
    this.client.end({ timeout: 0 }).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'a lost connection to PostgreSQL could not be closed');
    });
  }

  #break(reason: string): void {
    this.#isBroken = true;
    for (const reject of this.#running) reject(new ConnectionLost(reason));
    this.#running.clear();
  }
}

function connect(databaseUrl: string, logger: Logger, onLost: () => void) {
  return postgres(databaseUrl, {
    max: MAX_CONNECTIONS,
    connect_timeout: 10,
    // Nothing but a loss closes a connection.
    max_lifetime: null,
    onclose: onLost,
    onnotice: (notice) => logger.debug({ notice }, 'notice of PostgreSQL'),
    connection: {
      application_name: 'bramble',
      search_path: 'bramble, bramble_local',
      TimeZone: 'UTC',
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: 30_000,
    },
    types: {
      int8: {
        to: INT8,
        from: [INT8],
        serialize: String,
        parse: (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)),
      },
      bytes: {
        to: BYTEA,
        from: [BYTEA],
        serialize: (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString('hex')}`,
        parse: (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
      },
    },
  });
}
