import { createRoute, z } from '@hono/zod-openapi';
import type { Clock } from '../../common/clock/index.ts';
import { jsonAnswer, openApiApp, problems } from '../api/index.ts';
import { accessKeyRoutes } from './access-key-routes.ts';
import type { Accounts } from './accounts.ts';
import { type NamespaceRouteOptions, namespaceRoutes } from './namespace-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { userRoutes } from './user-routes.ts';

const jwk = z.object({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  kid: z.string(),
  alg: z.string(),
  use: z.string(),
});

const jwks = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  tags: ['account'],
  summary: 'The public keys that access tokens are signed with',
  responses: { 200: jsonAnswer(z.object({ keys: z.array(jwk) }), 'A JWK set (RFC 7517)'), ...problems },
});

export interface AccountRouteOptions extends NamespaceRouteOptions {
  clock: Clock;
}

/** All of `/api/account`, and the key set. */
export function accountRoutes(accounts: Accounts, options: AccountRouteOptions) {
  const now = () => options.clock.now();
  return openApiApp()
    .route('/', sessionRoutes(accounts))
    .route('/', userRoutes(accounts))
    .route('/', tokenRoutes(accounts, now))
    .route('/', accessKeyRoutes(accounts, now))
    .route('/', namespaceRoutes(accounts, options))
    .openapi(jwks, async (c) =>
      c.json({ keys: z.array(jwk).parse((await accounts.tokens.published()).keys) }, 200, {
        'cache-control': 'public, max-age=300',
      }),
    );
}

export type AccountRoutes = ReturnType<typeof accountRoutes>;
