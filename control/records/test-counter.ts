/** A domain for tests: named counters that are added to, and refuse to fall below zero. */
import { z } from 'zod';
import { Conflict } from '../../common/errors/index.ts';
import type { Command } from '../log/index.ts';
import { type Applier, applier } from './applier.ts';
import type { Sql } from './records.ts';

const add = z.object({ name: z.string(), amount: z.int() });

export const COUNTER_TABLE = `CREATE TABLE IF NOT EXISTS bramble.counters
  (name text PRIMARY KEY, value bigint NOT NULL, changed_at timestamptz NOT NULL, mark bytea)`;

export const counterApplier: Applier = applier({
  type: 'counter.add',
  schema: add,
  apply: async (sql, { data, at }) => {
    const [row] = await sql.query<{ value: number }>(
      `INSERT INTO counters VALUES ($1, $2, $3, '\\x00ff') ON CONFLICT (name)
       DO UPDATE SET value = counters.value + excluded.value, changed_at = excluded.changed_at RETURNING value`,
      [data.name, data.amount, new Date(at)],
    );
    if (!row || row.value < 0) throw new Conflict('A counter cannot fall below zero.', { code: 'below-zero' });
    return row.value;
  },
});

export const brokenApplier: Applier = applier({
  type: 'counter.break',
  schema: z.object({}),
  apply: async (sql) => {
    await sql.query('INSERT INTO counters (name) VALUES (NULL)');
  },
});

export function addTo(name: string, amount: number, at = 1_767_225_600_123): Command {
  return { type: 'counter.add', at, actor: { kind: 'system', id: 'test' }, requestId: 'test', data: { name, amount } };
}

export async function counters(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql.query<{ name: string; value: number }>('SELECT name, value FROM counters ORDER BY name');
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}
