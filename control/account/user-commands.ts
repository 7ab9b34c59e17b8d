import { z } from 'zod';
import { Conflict, NotFound } from '../../common/errors/index.ts';
import { type Applier, applier, type Sql } from '../records/index.ts';
import type { AccountChanges } from './account-changes.ts';
import { accountName } from './names.ts';

export const userCreate = z.object({
  id: z.string(),
  name: accountName,
  isAdministrator: z.boolean(),
  passwordHash: z.string(),
  mustChangePassword: z.boolean(),
});
export const userUpdate = z.object({
  id: z.string(),
  isAdministrator: z.boolean().optional(),
  isDisabled: z.boolean().optional(),
});
export const userPassword = z.object({
  id: z.string(),
  passwordHash: z.string(),
  mustChangePassword: z.boolean(),
  /** The one session that goes on; all others end. */
  keepSession: z.string().optional(),
});
export const userRehash = z.object({
  id: z.string(),
  passwordHash: z.string(),
  /** The hash it takes the place of; when the password was changed in between, nothing happens. */
  replaces: z.string(),
});
export const userDelete = z.object({ id: z.string() });

export function userAppliers(changes: AccountChanges): Applier[] {
  const committed = (command: { data: { id: string } }) => changes.announce({ kind: 'user', id: command.data.id });
  return [
    applier({
      type: 'user.create',
      schema: userCreate,
      apply: async (sql, { data, at }) => {
        const [taken] = await sql.query(
          'SELECT 1 FROM users WHERE name = $1 UNION ALL SELECT 1 FROM namespaces WHERE name = $1',
          [data.name],
        );
        if (taken) throw new Conflict(`The name ${data.name} is taken.`, { code: 'name-taken' });
        await sql.query(
          `INSERT INTO users (id, name, is_administrator, password_hash, must_change_password, created_at)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          [data.id, data.name, data.isAdministrator, data.passwordHash, data.mustChangePassword, new Date(at)],
        );
        // A place of their own, under their own name.
        await sql.query('INSERT INTO namespaces (name, created_at) VALUES ($1, $2)', [data.name, new Date(at)]);
        await sql.query(`INSERT INTO members (namespace, user_id, role) VALUES ($1, $2, 'owner')`, [
          data.name,
          data.id,
        ]);
      },
      committed: (command) => {
        committed(command);
        changes.announce({ kind: 'namespace', name: command.data.name });
      },
    }),
    applier({
      type: 'user.update',
      schema: userUpdate,
      apply: async (sql, { data }) => {
        const rows = await sql.query(
          `UPDATE users SET is_administrator = coalesce($2, is_administrator), is_disabled = coalesce($3, is_disabled)
           WHERE id = $1 RETURNING id`,
          [data.id, data.isAdministrator ?? null, data.isDisabled ?? null],
        );
        if (rows.length === 0) throw noUser();
        await assertAdministratorLeft(sql);
        if (data.isDisabled) await sql.query('DELETE FROM sessions WHERE user_id = $1', [data.id]);
      },
      committed,
    }),
    applier({
      type: 'user.password',
      schema: userPassword,
      apply: async (sql, { data }) => {
        const rows = await sql.query(
          'UPDATE users SET password_hash = $2, must_change_password = $3 WHERE id = $1 RETURNING id',
          [data.id, data.passwordHash, data.mustChangePassword],
        );
        if (rows.length === 0) throw noUser();
        await sql.query('DELETE FROM sessions WHERE user_id = $1 AND id <> $2', [data.id, data.keepSession ?? '']);
      },
      committed,
    }),
    applier({
      type: 'user.rehash',
      schema: userRehash,
      apply: async (sql, { data }) => {
        await sql.query('UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3', [
          data.id,
          data.passwordHash,
          data.replaces,
        ]);
      },
    }),
    applier({
      type: 'user.delete',
      schema: userDelete,
      apply: async (sql, { data }) => {
        const orphaned = await sql.query<{ namespace: string }>(
          `SELECT namespace FROM members m WHERE user_id = $1 AND role = 'owner' AND NOT EXISTS
             (SELECT 1 FROM members o WHERE o.namespace = m.namespace AND o.role = 'owner' AND o.user_id <> $1)
           ORDER BY namespace LIMIT 10`,
          [data.id],
        );
        if (orphaned.length > 0) {
          const names = orphaned.map((row) => row.namespace).join(', ');
          throw new Conflict(`The user is the last owner of ${names}; delete these or give them another owner first.`, {
            code: 'last-owner',
          });
        }
        const rows = await sql.query('DELETE FROM users WHERE id = $1 RETURNING id', [data.id]);
        if (rows.length === 0) throw noUser();
        await assertAdministratorLeft(sql);
      },
      committed,
    }),
  ];
}

async function assertAdministratorLeft(sql: Sql): Promise<void> {
  const [left] = await sql.query('SELECT 1 FROM users WHERE is_administrator AND NOT is_disabled LIMIT 1');
  if (!left) throw new Conflict('The last administrator must stay one.', { code: 'last-administrator' });
}

export function noUser(): NotFound {
  return new NotFound('There is no such user.', { code: 'no-such-user' });
}
