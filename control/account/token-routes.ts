import { createRoute, z } from '@hono/zod-openapi';
import { Forbidden, InvalidInput, NotFound } from '../../common/errors/index.ts';
import {
  decodeCursor,
  jsonAnswer,
  jsonBody,
  listQuery,
  openApiApp,
  type Principal,
  pageOf,
  problems,
  type Scope,
  toPage,
} from '../api/index.ts';
import { newTokenSchema, showToken, tokenInput, tokenSchema } from './account-schemas.ts';
import type { Accounts } from './accounts.ts';
import { noNamespace } from './namespace-commands.ts';
import { scopeAllows } from './permissions.ts';
import { byOf, originOf } from './route-context.ts';

const tags = ['tokens'];
const byId = z.object({ id: z.string() });

const listTokens = createRoute({
  method: 'get',
  path: '/api/account/tokens',
  tags,
  summary: 'The API tokens of the user',
  request: { query: listQuery },
  responses: { 200: jsonAnswer(pageOf(tokenSchema), 'Tokens, oldest first'), ...problems },
});

const createToken = createRoute({
  method: 'post',
  path: '/api/account/tokens',
  tags,
  summary: 'A new API token',
  request: { body: jsonBody(tokenInput) },
  responses: { 201: jsonAnswer(newTokenSchema, 'The token is shown once'), ...problems },
});

const deleteToken = createRoute({
  method: 'delete',
  path: '/api/account/tokens/{id}',
  tags,
  summary: 'Revoke an API token at once',
  request: { params: byId },
  responses: { 204: { description: 'Revoked' }, ...problems },
});

export function tokenRoutes(accounts: Accounts, now: () => number) {
  return openApiApp()
    .openapi(listTokens, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:read', originOf(c));
      const { limit, cursor } = c.req.valid('query');
      const rows = await accounts.queries.tokens(userId, limit + 1, decodeCursor(cursor, z.string()));
      return c.json(
        toPage(rows.map(showToken), limit, (item) => item.id),
        200,
      );
    })
    .openapi(createToken, async (c) => {
      const { principal } = c.var;
      const userId = accounts.assertUser(principal, 'account:write', originOf(c));
      const { expiresAt, namespace = principal.namespaceLimit, ...input } = c.req.valid('json');
      const refusal = tooWide(principal, input.scopes, namespace);
      if (refusal) accounts.deny(principal, 'make a token that may more', originOf(c), refusal);
      const expiresAtMs = futureTime(expiresAt, now());
      if (namespace !== undefined) {
        await accounts.assertMay(principal, 'read', namespace, { ...originOf(c), scope: 'account:write' });
        if (!(await accounts.namespaceExists(namespace))) throw noNamespace(namespace);
      }
      const made = await accounts.createToken(
        {
          userId,
          ...input,
          ...(namespace !== undefined && { namespace }),
          ...(expiresAtMs !== undefined && { expiresAt: expiresAtMs }),
        },
        byOf(c),
      );
      const token = await accounts.queries.token(made.id, userId);
      if (!token) throw new NotFound('The token was revoked in this moment.', { code: 'no-such-token' });
      return c.json({ ...showToken(token), token: made.token }, 201, { 'cache-control': 'no-store' });
    })
    .openapi(deleteToken, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:write', originOf(c));
      const { id } = c.req.valid('param');
      if (!(await accounts.queries.token(id, userId))) {
        throw new NotFound('There is no such token.', { code: 'no-such-token' });
      }
      await accounts.submit('token.delete', { id }, byOf(c));
      return c.body(null, 204);
    });
}

/** A token begets no token that may more than itself: why this one would. */
export function tooWide(
  principal: Principal,
  scopes: readonly Scope[],
  namespace: string | undefined,
): Forbidden | undefined {
  const missing = scopes.filter((scope) => !scopeAllows(principal, scope));
  if (missing.length > 0) {
    return new Forbidden(`Your own token has no ${missing.join(', ')}, so it can give none.`, {
      code: 'scope-too-wide',
    });
  }
  if (principal.namespaceLimit !== undefined && principal.namespaceLimit !== namespace) {
    return new Forbidden(`Your own token is for ${principal.namespaceLimit} only.`, { code: 'scope-too-wide' });
  }
  return undefined;
}

/** Milliseconds of a time that must be ahead. @throws InvalidInput */
export function futureTime(expiresAt: string | undefined, nowMs: number): number | undefined {
  const expiresAtMs = expiresAt === undefined ? undefined : Date.parse(expiresAt);
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
    throw new InvalidInput('expiresAt is in the past.', { fields: { expiresAt: 'must be in the future' } });
  }
  return expiresAtMs;
}
