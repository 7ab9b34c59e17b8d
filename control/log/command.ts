/** One change of state, as typed data: the only way state changes, and one line of the audit trail. */
import { z } from 'zod';

/** Who wants the change. `token`: the API token or session used, by id. `address`: where from. */
export const actor = z.object({
  kind: z.enum(['user', 'node', 'system', 'anonymous']),
  id: z.string(),
  token: z.string().optional(),
  address: z.string().optional(),
});
export type Actor = z.infer<typeof actor>;

export interface Command<Data = unknown> {
  /** `<domain>.<verb>`, such as `object.commit`. */
  type: string;
  /** Milliseconds since the epoch, put in before it is appended: `apply` reads no clock. */
  at: number;
  actor: Actor;
  requestId: string;
  data: Data;
}

export const SYSTEM: Actor = { kind: 'system', id: 'control' };
