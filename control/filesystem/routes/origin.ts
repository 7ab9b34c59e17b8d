import type { Context } from 'hono';
import type { ApiEnv } from '../../api/index.ts';
import type { Origin } from '../master/access.ts';

export function originOf(c: Context<ApiEnv>): Origin {
  return { address: c.var.address, requestId: c.var.requestId };
}
