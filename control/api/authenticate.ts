/** The first middleware: who asks, for which request, from where. */
import type { MiddlewareHandler } from 'hono';
import { InvalidInput, Unauthenticated } from '../../common/errors/index.ts';
import type { Credential } from '../../common/filesystem/index.ts';
import type { ApiEnv } from './open-api-app.ts';
import { ANONYMOUS, type Principal } from './principal.ts';

const TOKEN_LIMIT_CHARS = 8192;

/** Where one begins or renews being someone: a credential that came along, perhaps an expired one, is not looked at. */
const BEGINNINGS = new Set(['/api/account/login', '/api/account/refresh']);

export interface Authenticator {
  /** @throws Unauthenticated */
  resolve(credential: Credential, origin: { address: string; requestId: string }): Promise<Principal>;
}

/**
 * Only the gateway can call (its certificate is checked before), so what it says of the request's id and the caller's
 * address is true; it strips both from what comes from outside.
 */
export function authenticate(authenticator: Authenticator): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const requestId = c.req.header('x-request-id') ?? 'unknown';
    const address = c.req.header('x-forwarded-for') ?? 'unknown';
    c.set('requestId', requestId);
    c.set('address', address);
    c.set('principal', ANONYMOUS);
    const authorization = c.req.header('authorization');
    if (authorization !== undefined && !BEGINNINGS.has(c.req.path)) {
      c.set('principal', await authenticator.resolve(parseBearer(authorization), { address, requestId }));
    }
    await next();
  };
}

/** RFC 6750 §2.1. */
function parseBearer(authorization: string): Credential {
  const match = /^Bearer +([\w\-.~+/]+=*) *$/i.exec(authorization);
  if (!match?.[1]) throw new Unauthenticated('Send Authorization: Bearer and an access token or an API token.');
  if (match[1].length > TOKEN_LIMIT_CHARS) throw new InvalidInput('The token is too long to be one of ours.');
  return { kind: 'bearer', token: match[1] };
}
