/** Records in a PostgreSQL server, by `DATABASE_URL`. */
import postgres from 'postgres';
import { Conflict, Unavailable } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { PostgresqlPool } from './postgresql-pool.ts';
import type { Records, Sql, SqlValue, Transaction } from './records.ts';

/** Any number that nobody else takes: the lock that says that a control process uses this database. */
const OWNER_LOCK = 7_201_944_431_201_773n;
/** A tenth of a second each. */
const OWNERSHIP_ATTEMPTS = 30;

type Runner = Pick<postgres.Sql, 'unsafe'>;

class PostgresqlTransaction implements Transaction {
  readonly #pool: PostgresqlPool;
  readonly #runner: Runner;

  constructor(pool: PostgresqlPool, runner: Runner) {
    this.#pool = pool;
    this.#runner = runner;
  }

  async query<Row>(text: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const rows = await this.#pool.run(() => this.#runner.unsafe(text, parameters as never[], { prepare: true }));
    return [...rows] as Row[];
  }

  async script(text: string): Promise<void> {
    await this.#pool.run(() => this.#runner.unsafe(text).simple());
  }

  async savepoint<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value> {
    await this.script('SAVEPOINT part');
    try {
      const value = await work(this);
      await this.script('RELEASE SAVEPOINT part');
      return value;
    } catch (error) {
      if (!this.#pool.isBroken) await this.script('ROLLBACK TO SAVEPOINT part');
      throw error;
    }
  }
}

export class PostgresqlRecords implements Records {
  readonly engine = 'postgresql';
  readonly #databaseUrl: string;
  readonly #logger: Logger;
  /** Its one connection holds the owner's lock. Should it be lost, the height that each entry checks still fences. */
  readonly #owner: postgres.Sql;
  #pool: PostgresqlPool;

  private constructor(databaseUrl: string, logger: Logger, owner: postgres.Sql) {
    this.#databaseUrl = databaseUrl;
    this.#logger = logger;
    this.#owner = owner;
    this.#pool = new PostgresqlPool(databaseUrl, logger);
  }

  /** @throws Unavailable when the server cannot be used; Conflict when another control process uses the database. */
  static async open(databaseUrl: string, logger: Logger): Promise<PostgresqlRecords> {
    const owner = postgres(databaseUrl, { max: 1, max_lifetime: null, connect_timeout: 10, onnotice: () => {} });
    const records = new PostgresqlRecords(databaseUrl, logger, owner);
    try {
      if (!(await takeOwnership(owner))) {
        throw new Conflict('Another control process uses the database of DATABASE_URL; each bramble needs its own.', {
          code: 'database-in-use',
        });
      }
      await records.script('CREATE SCHEMA IF NOT EXISTS bramble; CREATE SCHEMA IF NOT EXISTS bramble_local');
      return records;
    } catch (error) {
      await records[Symbol.asyncDispose]();
      if (error instanceof Conflict) throw error;
      throw new Unavailable(`The PostgreSQL server of DATABASE_URL cannot be used: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async query<Row>(text: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const pool = this.#livePool();
    return await new PostgresqlTransaction(pool, pool.client).query(text, parameters);
  }

  async script(text: string): Promise<void> {
    const pool = this.#livePool();
    await new PostgresqlTransaction(pool, pool.client).script(text);
  }

  async transaction<Value>(work: (sql: Transaction) => Promise<Value>): Promise<Value> {
    const pool = this.#livePool();
    const connection = await pool.run(() => pool.client.reserve());
    const transaction = new PostgresqlTransaction(pool, connection);
    try {
      await transaction.script('BEGIN');
      const value = await work(transaction);
      await transaction.script('COMMIT');
      return value;
    } catch (error) {
      // Without a connection there is nothing to roll back: the server does it by itself.
      if (!pool.isBroken) await transaction.script('ROLLBACK');
      throw error;
    } finally {
      if (!pool.isBroken) connection.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#pool[Symbol.asyncDispose](), this.#owner.end({ timeout: 3 })]);
  }

  #livePool(): PostgresqlPool {
    if (this.#pool.isBroken) {
      this.#logger.warn('the connection to PostgreSQL was lost; connecting again');
      this.#pool.abandon();
      this.#pool = new PostgresqlPool(this.#databaseUrl, this.#logger);
    }
    return this.#pool;
  }
}

/** A control process that was killed this moment still holds the lock until the server notices: that is waited for. */
async function takeOwnership(owner: postgres.Sql): Promise<boolean> {
  for (let attempt = 0; attempt < OWNERSHIP_ATTEMPTS; attempt += 1) {
    const [lock] = await owner`SELECT pg_try_advisory_lock(${String(OWNER_LOCK)}::bigint) AS taken`;
    if (lock?.taken === true) return true;
    await owner`SELECT pg_sleep(0.1)`;
  }
  return false;
}
