/** API tokens and the keys that sign JWTs: commands carry hashes and boxes, never a secret. */
import { z } from 'zod';
import { Conflict, NotFound } from '../../common/errors/index.ts';
import { SCOPES } from '../api/index.ts';
import { type Applier, applier, type Sql } from '../records/index.ts';
import type { AccountChanges } from './account-changes.ts';

const PER_USER = 1000;
const bytes = z.instanceof(Uint8Array);

export const tokenCreate = z.object({
  id: z.string(),
  userId: z.string(),
  name: z.string(),
  hash: bytes,
  scopes: z.array(z.enum(SCOPES)).min(1),
  namespace: z.string().optional(),
  expiresAt: z.int().optional(),
});
export const signingKeyCreate = z.object({
  id: z.string(),
  publicKey: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
  privateBox: bytes,
});
const byId = z.object({ id: z.string() });

export function tokenAppliers(changes: AccountChanges): Applier[] {
  return [
    applier({
      type: 'token.create',
      schema: tokenCreate,
      apply: async (sql, { data, at }) => {
        await assertRoom(sql, 'tokens', data.userId);
        if (data.namespace !== undefined) await assertNamespace(sql, data.namespace);
        await sql.query(
          `INSERT INTO tokens (id, user_id, name, hash, scopes, namespace, created_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [
            data.id,
            data.userId,
            data.name,
            data.hash,
            data.scopes,
            data.namespace ?? null,
            new Date(at),
            data.expiresAt === undefined ? null : new Date(data.expiresAt),
          ],
        );
      },
    }),
    applier({
      type: 'token.delete',
      schema: byId,
      apply: async (sql, { data }) => {
        const rows = await sql.query('DELETE FROM tokens WHERE id = $1 RETURNING id', [data.id]);
        if (rows.length === 0) throw new NotFound('There is no such token.', { code: 'no-such-token' });
      },
      committed: (command) => changes.announce({ kind: 'token', id: command.data.id }),
    }),
    applier({
      type: 'signing-key.create',
      schema: signingKeyCreate,
      apply: async (sql, { data, at }) => {
        await sql.query('INSERT INTO signing_keys (id, public_key, private_box, created_at) VALUES ($1, $2, $3, $4)', [
          data.id,
          data.publicKey,
          data.privateBox,
          new Date(at),
        ]);
      },
      committed: () => changes.announce({ kind: 'signing-keys' }),
    }),
    applier({
      type: 'signing-key.delete',
      schema: byId,
      apply: async (sql, { data }) => {
        await sql.query('DELETE FROM signing_keys WHERE id = $1', [data.id]);
      },
      committed: () => changes.announce({ kind: 'signing-keys' }),
    }),
  ];
}

export async function assertRoom(sql: Sql, table: 'tokens' | 'access_keys', userId: string): Promise<void> {
  const [user] = await sql.query('SELECT 1 FROM users WHERE id = $1', [userId]);
  if (!user) throw new NotFound('There is no such user.', { code: 'no-such-user' });
  const [row] = await sql.query<{ count: number }>(`SELECT count(*) AS count FROM ${table} WHERE user_id = $1`, [
    userId,
  ]);
  if ((row?.count ?? 0) >= PER_USER) {
    throw new Conflict(`There are ${PER_USER} already; delete one that is not needed any more.`, { code: 'too-many' });
  }
}

export async function assertNamespace(sql: Sql, name: string): Promise<void> {
  const [row] = await sql.query('SELECT 1 FROM namespaces WHERE name = $1', [name]);
  if (!row) throw new NotFound(`There is no namespace ${name}.`, { code: 'no-such-namespace' });
}
