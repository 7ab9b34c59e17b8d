import { z } from 'zod';
import { Conflict, Unauthenticated } from '../../common/errors/index.ts';
import { type Applier, applier } from '../records/index.ts';
import type { AccountChanges } from './account-changes.ts';

/** Sessions a person may have at once; the one unused for the longest ends when one more begins. */
const SESSIONS_PER_USER = 100;

export const sessionStart = z.object({
  id: z.string(),
  userId: z.string(),
  expiresAt: z.int(),
  address: z.string().optional(),
  userAgent: z.string().max(256).optional(),
});
export const sessionRotate = z.object({ id: z.string(), fromGeneration: z.int(), expiresAt: z.int() });
export const sessionEnd = z.object({ id: z.string() });
export const sessionPrune = z.object({ expiredBefore: z.int() });

/** `reused`: the refresh token was used before; someone has a copy, and the session is ended. */
export type Rotation = { kind: 'rotated'; userId: string; generation: number } | { kind: 'reused'; userId: string };

export function sessionAppliers(changes: AccountChanges): Applier[] {
  const ended = (ids: unknown) => {
    for (const id of ids as string[]) changes.announce({ kind: 'session', id });
  };
  return [
    applier({
      type: 'session.start',
      schema: sessionStart,
      apply: async (sql, { data, at }) => {
        const [user] = await sql.query('SELECT 1 FROM users WHERE id = $1 AND NOT is_disabled', [data.userId]);
        if (!user) throw new Unauthenticated('The user is not there any more.');
        const rows = await sql.query<{ id: string }>(
          `DELETE FROM sessions WHERE id IN
             (SELECT id FROM sessions WHERE user_id = $1 ORDER BY used_at DESC, id DESC OFFSET $2::int) RETURNING id`,
          [data.userId, SESSIONS_PER_USER - 1],
        );
        await sql.query(
          `INSERT INTO sessions (id, user_id, generation, address, user_agent, created_at, used_at, expires_at)
           VALUES ($1, $2, 1, $3, $4, $5, $5, $6)`,
          [data.id, data.userId, data.address ?? null, data.userAgent ?? null, new Date(at), new Date(data.expiresAt)],
        );
        return rows.map((row) => row.id);
      },
      committed: (_command, ids) => ended(ids),
    }),
    applier({
      type: 'session.rotate',
      schema: sessionRotate,
      apply: async (sql, { data, at }): Promise<Rotation> => {
        const [session] = await sql.query<{ user_id: string; generation: number; expires_at: Date }>(
          'SELECT user_id, generation, expires_at FROM sessions WHERE id = $1',
          [data.id],
        );
        if (!session || session.expires_at.getTime() <= at) {
          throw new Unauthenticated('The session has ended; log in again.', { code: 'session-ended' });
        }
        if (session.generation < data.fromGeneration) {
          throw new Conflict('The refresh token is of a later generation than the session.');
        }
        if (session.generation > data.fromGeneration) {
          await sql.query('DELETE FROM sessions WHERE id = $1', [data.id]);
          return { kind: 'reused', userId: session.user_id };
        }
        const generation = session.generation + 1;
        await sql.query('UPDATE sessions SET generation = $2, used_at = $3, expires_at = $4 WHERE id = $1', [
          data.id,
          generation,
          new Date(at),
          new Date(data.expiresAt),
        ]);
        return { kind: 'rotated', userId: session.user_id, generation };
      },
      committed: (command, rotation) => {
        if ((rotation as Rotation).kind === 'reused') ended([command.data.id]);
      },
    }),
    applier({
      type: 'session.end',
      schema: sessionEnd,
      apply: async (sql, { data }) => {
        await sql.query('DELETE FROM sessions WHERE id = $1', [data.id]);
      },
      committed: (command) => ended([command.data.id]),
    }),
    applier({
      type: 'session.prune',
      schema: sessionPrune,
      apply: async (sql, { data }) => {
        const before = new Date(data.expiredBefore);
        await sql.query('DELETE FROM sessions WHERE expires_at < $1', [before]);
        await sql.query('DELETE FROM tokens WHERE expires_at < $1', [before]);
        await sql.query('DELETE FROM access_keys WHERE expires_at < $1', [before]);
      },
    }),
  ];
}
