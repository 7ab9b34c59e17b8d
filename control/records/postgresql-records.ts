/** Records in a PostgreSQL server, by `DATABASE_URL`. */
import postgres from 'postgres';
import { Conflict, Unavailable } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Records, Sql, SqlValue } from './records.ts';
import { isConnectionLoss } from './sql-errors.ts';

/** PostgreSQL's object ids of types (`pg_type.dat`). */
const INT8 = 20;
const BYTEA = 17;
/** Any number that nobody else takes: the lock that says that a control process uses this database. */
const OWNER_LOCK = 7_201_944_431_201_773n;
/** A tenth of a second each. */
const OWNERSHIP_ATTEMPTS = 30;
const MAX_CONNECTIONS = 8;

type Client = ReturnType<typeof connect>;
type Runner = Pick<Client, 'unsafe'>;

class PostgresqlSql implements Sql {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async query<Row>(text: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const rows = await this.#runner.unsafe(text, parameters as never[], { prepare: true });
    return [...rows] as Row[];
  }

  async script(text: string): Promise<void> {
    await this.#runner.unsafe(text).simple();
  }
}

export class PostgresqlRecords extends PostgresqlSql implements Records {
  readonly engine = 'postgresql';
  readonly #client: Client;
  /** Its connection holds the owner's lock as long as it lives. */
  readonly #owner: postgres.ReservedSql;

  private constructor(client: Client, owner: postgres.ReservedSql) {
    super(client);
    this.#client = client;
    this.#owner = owner;
  }

  /** @throws Unavailable when the server cannot be used; Conflict when another control process uses the database. */
  static async open(databaseUrl: string, logger: Logger): Promise<PostgresqlRecords> {
    const client = connect(databaseUrl, logger);
    try {
      const owner = await client.reserve();
      if (!(await takeOwnership(owner))) {
        throw new Conflict('Another control process uses the database of DATABASE_URL; each bramble needs its own.', {
          code: 'database-in-use',
        });
      }
      await client.unsafe('CREATE SCHEMA IF NOT EXISTS bramble; CREATE SCHEMA IF NOT EXISTS bramble_local').simple();
      return new PostgresqlRecords(client, owner);
    } catch (error) {
      await client.end({ timeout: 1 });
      if (error instanceof Conflict) throw error;
      throw new Unavailable(`The PostgreSQL server of DATABASE_URL cannot be used: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** By hand on a reserved connection: the driver's own `begin` fails as a whole once a statement inside was refused. */
  async transaction<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value> {
    const connection = await this.#client.reserve();
    try {
      await connection.unsafe('BEGIN');
      const value = await work(new PostgresqlSql(connection as unknown as Runner)).catch(async (error: unknown) => {
        await rollBack(connection, error);
        throw error;
      });
      await connection.unsafe('COMMIT');
      return value;
    } finally {
      connection.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#owner.release();
    await this.#client.end({ timeout: 3 });
  }
}

/** A control process that was killed this moment still holds the lock until the server notices: that is waited for. */
async function takeOwnership(owner: postgres.ReservedSql): Promise<boolean> {
  for (let attempt = 0; attempt < OWNERSHIP_ATTEMPTS; attempt += 1) {
    const [lock] = await owner`SELECT pg_try_advisory_lock(${String(OWNER_LOCK)}::bigint) AS taken`;
    if (lock?.taken === true) return true;
    await owner`SELECT pg_sleep(0.1)`;
  }
  return false;
}

/** Without a connection there is nothing to roll back: the server does it by itself. */
async function rollBack(connection: postgres.ReservedSql, reason: unknown): Promise<void> {
  try {
    await connection.unsafe('ROLLBACK');
  } catch (error) {
    if (!isConnectionLoss(error)) throw new AggregateError([reason, error], 'A transaction could not be rolled back.');
  }
}

function connect(databaseUrl: string, logger: Logger) {
  return postgres(databaseUrl, {
    max: MAX_CONNECTIONS,
    connect_timeout: 10,
    onnotice: (notice) => logger.debug({ notice }, 'notice of PostgreSQL'),
    connection: {
      application_name: 'bramble',
      search_path: 'bramble, bramble_local',
      TimeZone: 'UTC',
      statement_timeout: 60_000,
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
