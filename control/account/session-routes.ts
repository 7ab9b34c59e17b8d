import { createRoute, z } from '@hono/zod-openapi';
import { NotFound } from '../../common/errors/index.ts';
import { decodeCursor, jsonAnswer, jsonBody, listQuery, openApiApp, pageOf, problems, toPage } from '../api/index.ts';
import {
  grantSchema,
  loginInput,
  meSchema,
  passwordInput,
  refreshInput,
  sessionSchema,
  showSession,
} from './account-schemas.ts';
import type { Accounts } from './accounts.ts';
import { byOf, originOf } from './route-context.ts';

const NAMESPACES_SHOWN = 1000;

const tags = ['account'];
const noContent = { 204: { description: 'Done' }, ...problems };

const login = createRoute({
  method: 'post',
  path: '/api/account/login',
  tags,
  summary: 'Log in with a name and a password',
  description: 'A one-time password must be replaced: 409 password-change-required without newPassword.',
  request: { body: jsonBody(loginInput) },
  responses: { 200: jsonAnswer(grantSchema, 'Logged in'), ...problems },
});

const refresh = createRoute({
  method: 'post',
  path: '/api/account/refresh',
  tags,
  summary: 'A new access token, and a new refresh token in place of the one sent',
  request: { body: jsonBody(refreshInput) },
  responses: { 200: jsonAnswer(grantSchema, 'Goes on'), ...problems },
});

const logout = createRoute({
  method: 'post',
  path: '/api/account/logout',
  tags,
  summary: 'End the session that asks',
  responses: noContent,
});

const me = createRoute({
  method: 'get',
  path: '/api/account/me',
  tags,
  summary: 'Who am I, and where may I what',
  description: 'Every valid credential may ask, whatever its scopes.',
  responses: { 200: jsonAnswer(meSchema, 'The user of the credential'), ...problems },
});

const password = createRoute({
  method: 'post',
  path: '/api/account/password',
  tags,
  summary: 'Change the password; all other sessions end',
  request: { body: jsonBody(passwordInput) },
  responses: noContent,
});

const listSessions = createRoute({
  method: 'get',
  path: '/api/account/sessions',
  tags,
  summary: 'The sessions of the user',
  request: { query: listQuery },
  responses: { 200: jsonAnswer(pageOf(sessionSchema), 'Sessions, oldest first'), ...problems },
});

const endSession = createRoute({
  method: 'delete',
  path: '/api/account/sessions/{id}',
  tags,
  summary: 'End a session at once',
  request: { params: z.object({ id: z.string() }) },
  responses: noContent,
});

export function sessionRoutes(accounts: Accounts) {
  return openApiApp()
    .openapi(login, async (c) => {
      const grant = await accounts.sessions.login(
        { ...c.req.valid('json'), userAgent: c.req.header('user-agent') },
        byOf(c),
      );
      return c.json(grant, 200, { 'cache-control': 'no-store' });
    })
    .openapi(refresh, async (c) => {
      const grant = await accounts.sessions.refresh(c.req.valid('json').refreshToken, byOf(c));
      return c.json(grant, 200, { 'cache-control': 'no-store' });
    })
    .openapi(logout, async (c) => {
      const { principal } = c.var;
      const userId = accounts.assertUser(principal, 'account:read', originOf(c));
      if (principal.via !== 'session' || principal.tokenId === undefined) {
        throw new NotFound('This is an API token, not a session; delete the token instead.', {
          code: 'no-such-session',
        });
      }
      await accounts.sessions.end(principal.tokenId, userId, byOf(c));
      return c.body(null, 204);
    })
    .openapi(me, async (c) => {
      const { principal } = c.var;
      const userId = accounts.assertSomeone(principal, originOf(c));
      const memberships = await accounts.queries.memberships(userId, NAMESPACES_SHOWN);
      const { namespaceLimit } = principal;
      return c.json(
        {
          user: { id: userId, name: principal.name ?? '', isAdministrator: principal.isAdministrator },
          namespaces: memberships.filter(({ name }) => namespaceLimit === undefined || name === namespaceLimit),
          via: principal.via === 'token' ? ('token' as const) : ('session' as const),
          scopes: [...principal.scopes],
        },
        200,
      );
    })
    .openapi(password, async (c) => {
      const userId = accounts.assertUser(c.var.principal, '*', originOf(c));
      const { oldPassword, newPassword } = c.req.valid('json');
      await accounts.sessions.changePassword(userId, oldPassword, newPassword, byOf(c));
      return c.body(null, 204);
    })
    .openapi(listSessions, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:read', originOf(c));
      const { limit, cursor } = c.req.valid('query');
      const rows = await accounts.queries.sessions(userId, limit + 1, decodeCursor(cursor, z.string()));
      const items = rows.map((row) => showSession(row, c.var.principal.tokenId));
      return c.json(
        toPage(items, limit, (item) => item.id),
        200,
      );
    })
    .openapi(endSession, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:write', originOf(c));
      await accounts.sessions.end(c.req.valid('param').id, userId, byOf(c));
      return c.body(null, 204);
    });
}
