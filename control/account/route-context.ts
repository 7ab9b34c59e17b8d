import type { Context } from 'hono';
import { type ApiEnv, actorOf } from '../api/index.ts';
import type { Origin } from './accounts.ts';
import type { By } from './by.ts';

/** Where the request comes from. */
export function originOf(c: Context<ApiEnv>): Origin {
  return { address: c.var.address, requestId: c.var.requestId };
}

/** On whose behalf its commands are made. */
export function byOf(c: Context<ApiEnv>): By {
  return { actor: actorOf(c.var.principal, c.var.address), requestId: c.var.requestId };
}
