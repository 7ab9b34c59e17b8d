/** A database for one bramble on the suite's PostgreSQL server, when it runs with one. */
import { createHash } from 'node:crypto';
import postgres from 'postgres';

/** `DATABASE_URL` for the bramble of this data folder; nothing when the suite runs with PGlite. The same folder gets the same one. */
export async function databaseOf(folder: string): Promise<Record<string, string>> {
  const server = process.env.BRAMBLE_TEST_DATABASE_URL;
  if (!server) return {};
  const name = `bramble_${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`;
  const sql = postgres(server, { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql`SELECT 1 FROM pg_database WHERE datname = ${name}`;
    if (!found) await sql`CREATE DATABASE ${sql(name)}`;
  } finally {
    await sql.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { DATABASE_URL: url.href };
}
