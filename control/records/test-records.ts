/**
 * Records for tests, of the engine that the environment asks for: with `BRAMBLE_TEST_DATABASE_URL`, a database of its own
 * on that PostgreSQL server, dropped at the end; else PGlite in a temporary folder, copied from one that was prepared once.
 */
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { nodeDisk } from '../../common/disk/index.ts';
import { createLogger, type Logger } from '../../common/logging/index.ts';
import { hashOf, loadMigrations } from './migrations.ts';
import { openRecords } from './open-records.ts';
import type { Records } from './records.ts';

export const silentLogger: Logger = createLogger({ process: 'test', level: 'silent' });

/** A place for records, that outlives their being closed and opened again. */
export class TestRecordsPlace implements AsyncDisposable {
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  readonly #drop: () => Promise<void>;

  private constructor(folder: string, databaseUrl: string | undefined, drop: () => Promise<void>) {
    this.folder = folder;
    this.databaseUrl = databaseUrl;
    this.#drop = drop;
  }

  static async create(): Promise<TestRecordsPlace> {
    const folder = await mkdtemp(join(tmpdir(), 'bramble-records-'));
    const server = process.env.BRAMBLE_TEST_DATABASE_URL;
    if (!server) {
      await cp(await preparedFolder(), folder, { recursive: true });
      return new TestRecordsPlace(folder, undefined, async () => {});
    }
    const name = `bramble_test_${crypto.randomUUID().replaceAll('-', '')}`;
    await onServer(server, (sql) => sql.unsafe(`CREATE DATABASE ${name}`));
    const url = new URL(server);
    url.pathname = `/${name}`;
    return new TestRecordsPlace(folder, url.href, async () => {
      await onServer(server, (sql) => sql.unsafe(`DROP DATABASE ${name} WITH (FORCE)`));
    });
  }

  async open(logger: Logger = silentLogger): Promise<Records> {
    return await openRecords({ databaseUrl: this.databaseUrl, folder: this.folder, logger });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function onServer(server: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(server, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

let prepared: Promise<string> | undefined;

/** One new, empty, migrated PGlite folder, made once for each state of the migrations and shared by all test processes. */
function preparedFolder(): Promise<string> {
  prepared ??= prepareFolder();
  return prepared;
}

async function prepareFolder(): Promise<string> {
  const state = hashOf((await loadMigrations()).map(({ hash }) => hash).join()).slice(0, 16);
  const folder = join(tmpdir(), `bramble-records-prepared-${state}`);
  if (await nodeDisk.exists(folder)) return folder;
  const making = await mkdtemp(join(tmpdir(), 'bramble-records-making-'));
  const records = await openRecords({ folder: making, logger: silentLogger });
  await records[Symbol.asyncDispose]();
  try {
    await rename(making, folder);
  } catch (error) {
    // Another test process was faster; its folder is as good.
    if (!(await nodeDisk.exists(folder))) throw error;
    await rm(making, { recursive: true });
  }
  return folder;
}
