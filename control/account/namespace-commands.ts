import { z } from 'zod';
import { Conflict, NotFound } from '../../common/errors/index.ts';
import { type Applier, applier, type Sql } from '../records/index.ts';
import type { AccountChanges } from './account-changes.ts';
import { accountName, NAMESPACE_ROLES } from './names.ts';

export const namespaceCreate = z.object({ name: accountName, ownerId: z.string() });
export const namespaceDelete = z.object({ name: z.string() });
export const memberSet = z.object({ name: z.string(), userId: z.string(), role: z.enum(NAMESPACE_ROLES) });
export const memberRemove = z.object({ name: z.string(), userId: z.string() });

export function namespaceAppliers(changes: AccountChanges): Applier[] {
  const committed = (command: { data: { name: string } }) =>
    changes.announce({ kind: 'namespace', name: command.data.name });
  return [
    applier({
      type: 'namespace.create',
      schema: namespaceCreate,
      apply: async (sql, { data, at }) => {
        const [taken] = await sql.query(
          'SELECT 1 FROM namespaces WHERE name = $1 UNION ALL SELECT 1 FROM users WHERE name = $1 AND id <> $2',
          [data.name, data.ownerId],
        );
        if (taken) throw new Conflict(`The name ${data.name} is taken.`, { code: 'name-taken' });
        await assertUser(sql, data.ownerId);
        await sql.query('INSERT INTO namespaces (name, created_at) VALUES ($1, $2)', [data.name, new Date(at)]);
        await sql.query(`INSERT INTO members (namespace, user_id, role) VALUES ($1, $2, 'owner')`, [
          data.name,
          data.ownerId,
        ]);
      },
      committed,
    }),
    applier({
      type: 'namespace.delete',
      schema: namespaceDelete,
      apply: async (sql, { data }) => {
        const rows = await sql.query('DELETE FROM namespaces WHERE name = $1 RETURNING name', [data.name]);
        if (rows.length === 0) throw noNamespace(data.name);
      },
      committed,
    }),
    applier({
      type: 'namespace.set-member',
      schema: memberSet,
      apply: async (sql, { data }) => {
        const [namespace] = await sql.query('SELECT 1 FROM namespaces WHERE name = $1', [data.name]);
        if (!namespace) throw noNamespace(data.name);
        await assertUser(sql, data.userId);
        await sql.query(
          `INSERT INTO members (namespace, user_id, role) VALUES ($1, $2, $3)
           ON CONFLICT (namespace, user_id) DO UPDATE SET role = excluded.role`,
          [data.name, data.userId, data.role],
        );
        await assertOwnerLeft(sql, data.name);
      },
      committed,
    }),
    applier({
      type: 'namespace.remove-member',
      schema: memberRemove,
      apply: async (sql, { data }) => {
        const rows = await sql.query('DELETE FROM members WHERE namespace = $1 AND user_id = $2 RETURNING role', [
          data.name,
          data.userId,
        ]);
        if (rows.length === 0) throw new NotFound('The user is no member of it.', { code: 'no-such-member' });
        await assertOwnerLeft(sql, data.name);
      },
      committed,
    }),
  ];
}

async function assertOwnerLeft(sql: Sql, namespace: string): Promise<void> {
  const [owner] = await sql.query(`SELECT 1 FROM members WHERE namespace = $1 AND role = 'owner' LIMIT 1`, [namespace]);
  if (!owner) {
    throw new Conflict(`${namespace} must keep an owner; make someone else one first.`, { code: 'last-owner' });
  }
}

async function assertUser(sql: Sql, id: string): Promise<void> {
  const [user] = await sql.query('SELECT 1 FROM users WHERE id = $1', [id]);
  if (!user) throw new NotFound('There is no such user.', { code: 'no-such-user' });
}

export function noNamespace(name: string): NotFound {
  return new NotFound(`There is no namespace ${name}.`, { code: 'no-such-namespace' });
}
