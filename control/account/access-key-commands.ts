/** S3 access keys: the commands carry the secret in a box that only the key file of the data folder opens. */
import { z } from 'zod';
import { Conflict, NotFound } from '../../common/errors/index.ts';
import { STORAGE_VERBS } from '../api/index.ts';
import { type Applier, applier } from '../records/index.ts';
import type { AccountChanges } from './account-changes.ts';
import { assertNamespace, assertRoom } from './token-commands.ts';

export const accessKeyCreate = z.object({
  id: z.string(),
  userId: z.string(),
  namespace: z.string(),
  name: z.string(),
  secretBox: z.instanceof(Uint8Array),
  bucket: z.string().optional(),
  prefix: z.string().optional(),
  /** Commands from before keys could be narrowed have none: everything. */
  verbs: z.array(z.enum(STORAGE_VERBS)).min(1).optional(),
  expiresAt: z.int().optional(),
});

export function accessKeyAppliers(changes: AccountChanges): Applier[] {
  return [
    applier({
      type: 'access-key.create',
      schema: accessKeyCreate,
      apply: async (sql, { data, at }) => {
        await assertRoom(sql, 'access_keys', data.userId);
        await assertNamespace(sql, data.namespace);
        const [taken] = await sql.query('SELECT 1 FROM access_keys WHERE id = $1', [data.id]);
        if (taken) throw new Conflict('There is an access key with this id.', { code: 'access-key-exists' });
        await sql.query(
          `INSERT INTO access_keys (id, user_id, namespace, name, secret_box, created_at, bucket, prefix, verbs, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
          [
            data.id,
            data.userId,
            data.namespace,
            data.name,
            data.secretBox,
            new Date(at),
            data.bucket ?? null,
            data.prefix ?? null,
            data.verbs ?? [...STORAGE_VERBS],
            data.expiresAt === undefined ? null : new Date(data.expiresAt),
          ],
        );
      },
      committed: (command) => changes.announce({ kind: 'token', id: command.data.id }),
    }),
    applier({
      type: 'access-key.delete',
      schema: z.object({ id: z.string() }),
      apply: async (sql, { data }) => {
        const rows = await sql.query('DELETE FROM access_keys WHERE id = $1 RETURNING id', [data.id]);
        if (rows.length === 0) throw new NotFound('There is no such access key.', { code: 'no-such-access-key' });
      },
      committed: (command) => changes.announce({ kind: 'token', id: command.data.id }),
    }),
  ];
}
