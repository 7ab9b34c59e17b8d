/** The schema's history: numbered SQL files in one order over all domains, each applied once and never changed after. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Conflict } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Records, Sql } from './records.ts';

export interface Migration {
  number: number;
  name: string;
  text: string;
  /** SHA-256 of the text, in hexadecimal. */
  hash: string;
}

/** Taken while migrating, so that two starts at the same moment do it one after the other. */
const MIGRATION_LOCK = 7_201_944_431_201_774n;
const FILE_NAME = /^(\d{4})-([a-z0-9-]+)\.sql$/;

/** @throws Error when the files are not numbered 1, 2, 3, … without a gap. */
export async function loadMigrations(folder = new URL('./migrations/', import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(folder)).sort();
  return await Promise.all(
    names.map(async (fileName, index) => {
      const match = FILE_NAME.exec(fileName);
      if (!match?.[2] || Number(match[1]) !== index + 1) {
        throw new Error(`${fileName} is not migration ${index + 1}; migrations are numbered without gaps.`);
      }
      const text = await readFile(new URL(fileName, folder), 'utf8');
      return { number: index + 1, name: match[2], text, hash: hashOf(text) };
    }),
  );
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Applies what is not applied yet, all or nothing; with `upTo`, no further than that number.
 * @throws Conflict `migration-changed` or `database-newer`, before anything is touched.
 */
export async function migrate(
  records: Records,
  migrations: readonly Migration[],
  logger: Logger,
  upTo = migrations.length,
): Promise<void> {
  await records.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
    await migrateWithin(sql, migrations, logger, upTo);
  });
}

/** As `migrate`, inside a transaction that is open already. */
export async function migrateWithin(
  sql: Sql,
  migrations: readonly Migration[],
  logger: Logger,
  upTo = migrations.length,
): Promise<void> {
  await sql.script(`CREATE TABLE IF NOT EXISTS bramble.migrations (
    number integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const applied = await sql.query<{ number: number; name: string; hash: string }>(
    'SELECT number, name, hash FROM bramble.migrations ORDER BY number',
  );
  for (const done of applied) assertKnown(done, migrations);
  for (const migration of migrations.slice(applied.length, upTo)) {
    await sql.script(migration.text);
    await sql.query('INSERT INTO bramble.migrations (number, name, hash) VALUES ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.hash,
    ]);
    logger.info({ migration: migration.number, name: migration.name }, 'migration applied');
  }
}

function assertKnown(done: { number: number; name: string; hash: string }, migrations: readonly Migration[]): void {
  const known = migrations[done.number - 1];
  if (!known) {
    throw new Conflict(
      `The database has migration ${done.number} (${done.name}), this version knows ${migrations.length}; ` +
        'start the version that made it, or a newer one.',
      { code: 'database-newer' },
    );
  }
  if (known.hash === done.hash) return;
  throw new Conflict(
    `Migration ${done.number} (${done.name}) was changed after it was applied; restore its file and add a new one instead.`,
    { code: 'migration-changed' },
  );
}
