/** Records in PGlite: PostgreSQL compiled to WebAssembly, in this process, its files in a folder. */
import { PGlite, types } from '@electric-sql/pglite';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';
import { PgliteFolder, type PgliteFolderOptions } from './pglite-folder.ts';
import type { Records, Sql, SqlValue, Transaction } from './records.ts';

/** The session's settings, the same in both engines; `bramble` is the schema that all tables of the view live in. */
const SESSION = `SET TIME ZONE 'UTC'; CREATE SCHEMA IF NOT EXISTS bramble; CREATE SCHEMA IF NOT EXISTS bramble_local;
  SET search_path TO bramble, bramble_local`;

type Runner = Pick<PGlite, 'query' | 'exec'>;

class PgliteSql implements Sql {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  async query<Row>(text: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const { rows } = await this.#runner.query<Row>(text, [...parameters]);
    return rows;
  }

  async script(text: string): Promise<void> {
    await this.#runner.exec(text);
  }
}

class PgliteTransaction extends PgliteSql implements Transaction {
  async savepoint<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value> {
    await this.script('SAVEPOINT part');
    try {
      const value = await work(this);
      await this.script('RELEASE SAVEPOINT part');
      return value;
    } catch (error) {
      await this.script('ROLLBACK TO SAVEPOINT part');
      throw error;
    }
  }
}

export class PgliteRecords extends PgliteSql implements Records {
  readonly engine = 'pglite';
  readonly #database: PGlite;
  readonly #folder: PgliteFolder;

  private constructor(database: PGlite, folder: PgliteFolder) {
    super(database);
    this.#database = database;
    this.#folder = folder;
  }

  /** Opens what is there, sets aside what cannot be opened, and makes a new one where there is none. */
  static async open(options: PgliteFolderOptions): Promise<PgliteRecords> {
    const folder = await PgliteFolder.open(options);
    const database = (await openExisting(folder)) ?? (await openDatabase(folder.dataFolder, await dataDir()));
    await folder.noteOpen();
    return new PgliteRecords(database, folder);
  }

  async transaction<Value>(work: (sql: Transaction) => Promise<Value>): Promise<Value> {
    return await this.#database.transaction((transaction) =>
      work(new PgliteTransaction(transaction as unknown as Runner)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close();
    await this.#folder.noteClosed();
  }
}

async function openExisting(folder: PgliteFolder): Promise<PGlite | undefined> {
  if (!(await folder.hasDatabase())) return undefined;
  try {
    return await openDatabase(folder.dataFolder);
  } catch (error) {
    await folder.setAside(error);
    return undefined;
  }
}

async function openDatabase(dataFolder: string, prepared?: Blob): Promise<PGlite> {
  const database = await PGlite.create({
    dataDir: dataFolder,
    ...(prepared && { loadDataDir: prepared }),
    serializers: { [types.JSON]: JSON.stringify, [types.JSONB]: JSON.stringify },
  });
  try {
    await database.exec(SESSION);
    await readAll(database);
  } catch (error) {
    await database.close().catch((cause: unknown) => {
      throw new AggregateError([error, cause], 'PGlite could be neither used nor closed');
    });
    throw error;
  }
  return database;
}

/** Page checksums are on: reading every table shows a damaged one now, while it can still be rebuilt. */
async function readAll(database: PGlite): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('bramble', 'bramble_local')`,
  );
  for (const { name } of rows) await database.query(`SELECT count(t.*) FROM ${name} t`);
}
