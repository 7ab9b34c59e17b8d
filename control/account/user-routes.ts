import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type ApiEnv,
  assertIfMatch,
  decodeCursor,
  entityTag,
  jsonAnswer,
  jsonBody,
  listQuery,
  openApiApp,
  pageOf,
  problems,
  toPage,
} from '../api/index.ts';
import type { User } from './account-queries.ts';
import { showUser, userInput, userPatch, userSchema, userWithPassword } from './account-schemas.ts';
import type { Accounts } from './accounts.ts';
import { byOf, originOf } from './route-context.ts';
import { noUser } from './user-commands.ts';

const tags = ['users'];
const params = z.object({ user: z.string().openapi({ description: 'The id or the name.' }) });
const path = '/api/account/users/{user}';

const list = createRoute({
  method: 'get',
  path: '/api/account/users',
  tags,
  summary: 'All users, by name',
  request: { query: listQuery },
  responses: { 200: jsonAnswer(pageOf(userSchema), 'Users'), ...problems },
});

const create = createRoute({
  method: 'post',
  path: '/api/account/users',
  tags,
  summary: 'A new user, with a one-time password and a namespace of the same name',
  request: { body: jsonBody(userInput) },
  responses: { 201: jsonAnswer(userWithPassword, 'The user; the password is shown once'), ...problems },
});

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'One user',
  request: { params },
  responses: { 200: jsonAnswer(userSchema, 'The user'), ...problems },
});

const change = createRoute({
  method: 'patch',
  path,
  tags,
  summary: 'Make or unmake an administrator, disable, or give a new one-time password',
  request: { params, body: jsonBody(userPatch) },
  responses: { 200: jsonAnswer(userWithPassword, 'The user as it is now'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Delete a user who is nowhere the last owner',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...problems },
});

export function userRoutes(accounts: Accounts) {
  const administrator = (c: Context<ApiEnv>, scope: 'account:read' | 'account:write') =>
    accounts.assertAdministrator(c.var.principal, { ...originOf(c), scope, wanted: 'administer users' });
  const find = async (idOrName: string): Promise<User> => {
    const user = await accounts.queries.user(idOrName);
    if (!user) throw noUser();
    return user;
  };
  return openApiApp()
    .openapi(list, async (c) => {
      await administrator(c, 'account:read');
      const { limit, cursor } = c.req.valid('query');
      const rows = await accounts.queries.users(limit + 1, decodeCursor(cursor, z.string()));
      return c.json(
        toPage(rows.map(showUser), limit, (item) => item.name),
        200,
      );
    })
    .openapi(create, async (c) => {
      await administrator(c, 'account:write');
      const { name, isAdministrator } = c.req.valid('json');
      const { id, oneTimePassword } = await accounts.createUser(name, isAdministrator, byOf(c));
      const user = showUser(await find(id));
      return c.json({ ...user, oneTimePassword }, 201, { etag: entityTag(user), 'cache-control': 'no-store' });
    })
    .openapi(get, async (c) => {
      await administrator(c, 'account:read');
      const user = showUser(await find(c.req.valid('param').user));
      return c.json(user, 200, { etag: entityTag(user) });
    })
    .openapi(change, async (c) => {
      await administrator(c, 'account:write');
      const before = await find(c.req.valid('param').user);
      assertIfMatch(c.req.header('if-match'), showUser(before));
      const { resetPassword, ...changes } = c.req.valid('json');
      if (Object.values(changes).some((value) => value !== undefined)) {
        await accounts.submit('user.update', { id: before.id, ...changes }, byOf(c));
      }
      const oneTimePassword = resetPassword ? await accounts.resetPassword(before.id, byOf(c)) : undefined;
      const user = showUser(await find(before.id));
      return c.json({ ...user, ...(oneTimePassword !== undefined && { oneTimePassword }) }, 200, {
        etag: entityTag(user),
        'cache-control': 'no-store',
      });
    })
    .openapi(remove, async (c) => {
      await administrator(c, 'account:write');
      const user = await find(c.req.valid('param').user);
      assertIfMatch(c.req.header('if-match'), showUser(user));
      await accounts.submit('user.delete', { id: user.id }, byOf(c));
      return c.body(null, 204);
    });
}
