/**
 * Snapshots of the records, the same for both engines: `manifest.json` and one `<table>.ndjson` a table, each line a row
 * as PostgreSQL's own JSON, so that no value passes through JavaScript's types. A snapshot is restored into the schema it
 * was made with, and migrated from there.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { Conflict } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { loadMigrations, migrateWithin } from './migrations.ts';
import type { Records, Sql } from './records.ts';

const manifestSchema = z.object({
  format: z.literal(1),
  height: z.int().nonnegative(),
  /** Migrations that were applied. */
  migrations: z.int().positive(),
  /** In an order in which foreign keys hold. */
  tables: z.array(z.object({ name: z.string().regex(/^[a-z_]+$/), rows: z.int().nonnegative() })),
});

const ROWS_A_FETCH = 500;
/** Rows go back in statements of about this much JSON. */
const RESTORE_BATCH_CHARS = 512 * 1024;
/** Tables that say how far the records are, not what they hold. */
const BOOKKEEPING = ['migrations', 'view_state'];

export async function snapshotRecords(records: Records, folder: string, height: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await records.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const [state] = await sql.query<{ height: number }>('SELECT height FROM view_state');
    if (state?.height !== height) throw new Error(`The records are at ${state?.height}, not at ${height}.`);
    const [{ count } = { count: 0 }] = await sql.query<{ count: number }>('SELECT count(*) FROM migrations');
    const tables: { name: string; rows: number }[] = [];
    for (const name of await tableNames(sql)) tables.push({ name, rows: await writeTable(sql, name, folder) });
    await writeDurably(join(folder, 'manifest.json'), async (write) => {
      await write(JSON.stringify(manifestSchema.parse({ format: 1, height, migrations: count, tables })));
    });
  });
}

/** Answers the height that the records are at then. All or nothing: a failed restore leaves what was there. */
export async function restoreRecords(
  records: Records,
  folder: string,
  options: { logger: Logger; logIdentity: string },
): Promise<number> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  const migrations = await loadMigrations();
  if (manifest.migrations > migrations.length) {
    throw new Conflict('The snapshot was made by a newer version; start that version, or a newer one.', {
      code: 'database-newer',
    });
  }
  await records.transaction(async (sql) => {
    await sql.script('DROP SCHEMA bramble CASCADE; CREATE SCHEMA bramble');
    await migrateWithin(sql, migrations, options.logger, manifest.migrations);
    for (const table of manifest.tables) await readTable(sql, table, folder);
    await migrateWithin(sql, migrations, options.logger);
    await sql.query('UPDATE view_state SET log_identity = $1, height = $2', [options.logIdentity, manifest.height]);
  });
  return manifest.height;
}

/** By object id, which is the order of their creation: a table refers only to older ones. */
async function tableNames(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relnamespace = 'bramble'::regnamespace AND relkind = 'r' ORDER BY oid`,
  );
  return rows.map((row) => row.relname).filter((name) => !BOOKKEEPING.includes(name));
}

async function writeTable(sql: Sql, table: string, folder: string): Promise<number> {
  let count = 0;
  await sql.query(`DECLARE dump NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS line FROM ${table} t`);
  await writeDurably(join(folder, `${table}.ndjson`), async (write) => {
    for (;;) {
      const rows = await sql.query<{ line: string }>(`FETCH ${ROWS_A_FETCH} FROM dump`);
      if (rows.length === 0) break;
      count += rows.length;
      await write(rows.map(({ line }) => `${line}\n`).join(''));
    }
  });
  await sql.query('CLOSE dump');
  return count;
}

async function readTable(sql: Sql, table: { name: string; rows: number }, folder: string): Promise<void> {
  let batch: string[] = [];
  let size = 0;
  let count = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await sql.query(
      `INSERT INTO ${table.name} SELECT * FROM json_populate_recordset(null::${table.name}, $1::text::json)`,
      [`[${batch.join(',')}]`],
    );
    count += batch.length;
    batch = [];
    size = 0;
  };
  for await (const line of createInterface({ input: createReadStream(join(folder, `${table.name}.ndjson`)) })) {
    batch.push(line);
    size += line.length;
    if (size >= RESTORE_BATCH_CHARS) await flush();
  }
  await flush();
  if (count !== table.rows) {
    throw new Error(`The snapshot's ${table.name} has ${count} rows, its manifest says ${table.rows}.`);
  }
}

async function writeDurably(
  path: string,
  work: (write: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  await using file = await open(path, 'w', 0o600);
  await work(async (text) => {
    await file.appendFile(text);
  });
  await file.datasync();
}
