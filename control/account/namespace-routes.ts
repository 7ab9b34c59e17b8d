import { createRoute, z } from '@hono/zod-openapi';
import { Conflict } from '../../common/errors/index.ts';
import {
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
import { memberInput, membershipSchema, namespaceInput, namespaceSchema } from './account-schemas.ts';
import type { Accounts } from './accounts.ts';
import { noNamespace } from './namespace-commands.ts';
import { byOf, originOf } from './route-context.ts';
import { noUser } from './user-commands.ts';

const tags = ['namespaces'];
const params = z.object({ ns: z.string() });
const memberParams = params.extend({ user: z.string().openapi({ description: 'The id or the name.' }) });
const path = '/api/account/namespaces/{ns}';

const list = createRoute({
  method: 'get',
  path: '/api/account/namespaces',
  tags,
  summary: 'The namespaces that the user is a member of',
  request: { query: listQuery },
  responses: { 200: jsonAnswer(pageOf(membershipSchema), 'Namespaces and roles'), ...problems },
});

const create = createRoute({
  method: 'post',
  path: '/api/account/namespaces',
  tags,
  summary: 'A new namespace, owned by who makes it',
  request: { body: jsonBody(namespaceInput) },
  responses: { 201: jsonAnswer(namespaceSchema, 'The namespace'), ...problems },
});

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'A namespace and its members',
  request: { params },
  responses: { 200: jsonAnswer(namespaceSchema, 'The namespace'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Delete an empty namespace; owners',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...problems },
});

const setMember = createRoute({
  method: 'put',
  path: `${path}/members/{user}`,
  tags,
  summary: 'Make someone a member, or give another role',
  request: { params: memberParams, body: jsonBody(memberInput) },
  responses: { 200: jsonAnswer(namespaceSchema, 'The namespace as it is now'), ...problems },
});

const removeMember = createRoute({
  method: 'delete',
  path: `${path}/members/{user}`,
  tags,
  summary: 'Take someone out, or leave; the last owner cannot',
  request: { params: memberParams },
  responses: { 204: { description: 'No member any more' }, ...problems },
});

export interface NamespaceRouteOptions {
  /** Whether the filesystem has buckets in it: such a namespace is not deleted. */
  hasBuckets(namespace: string): Promise<boolean>;
}

export function namespaceRoutes(accounts: Accounts, options: NamespaceRouteOptions) {
  const show = async (name: string): Promise<z.infer<typeof namespaceSchema>> => {
    const namespace = await accounts.queries.namespace(name);
    if (!namespace) throw noNamespace(name);
    return {
      name,
      createdAt: namespace.createdAt.toISOString(),
      members: await accounts.queries.members(name),
    };
  };
  const userOf = async (idOrName: string) => {
    const user = await accounts.queries.user(idOrName);
    if (!user) throw noUser();
    return user;
  };
  return openApiApp()
    .openapi(list, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:read', originOf(c));
      const { limit, cursor } = c.req.valid('query');
      const { namespaceLimit } = c.var.principal;
      const rows = await accounts.queries.memberships(userId, limit + 1, decodeCursor(cursor, z.string()));
      const page = toPage(rows, limit, (item) => item.name);
      const items = page.items.filter(({ name }) => namespaceLimit === undefined || name === namespaceLimit);
      return c.json({ ...page, items }, 200);
    })
    .openapi(create, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:write', originOf(c));
      const { name } = c.req.valid('json');
      if (c.var.principal.namespaceLimit !== undefined)
        accounts.deny(c.var.principal, 'create namespaces', originOf(c));
      await accounts.submit('namespace.create', { name, ownerId: userId }, byOf(c));
      const namespace = await show(name);
      return c.json(namespace, 201, { etag: entityTag(namespace) });
    })
    .openapi(get, async (c) => {
      const { ns } = c.req.valid('param');
      await accounts.assertMay(c.var.principal, 'read', ns, { ...originOf(c), scope: 'account:read' });
      const namespace = await show(ns);
      return c.json(namespace, 200, { etag: entityTag(namespace) });
    })
    .openapi(remove, async (c) => {
      const { ns } = c.req.valid('param');
      await accounts.assertOwner(c.var.principal, ns, { ...originOf(c), wanted: `delete namespace ${ns}` });
      assertIfMatch(c.req.header('if-match'), await show(ns));
      if (await options.hasBuckets(ns)) {
        throw new Conflict(`${ns} still has buckets; delete them first.`, { code: 'namespace-not-empty' });
      }
      await accounts.submit('namespace.delete', { name: ns }, byOf(c));
      return c.body(null, 204);
    })
    .openapi(setMember, async (c) => {
      const { ns, user } = c.req.valid('param');
      const { role } = c.req.valid('json');
      await accounts.assertMay(c.var.principal, 'administer', ns, { ...originOf(c), scope: 'account:write' });
      const { id } = await userOf(user);
      assertIfMatch(c.req.header('if-match'), await show(ns));
      // Owners are made, and unmade, by owners.
      if (role === 'owner' || (await accounts.queries.roleIn(ns, id)) === 'owner') {
        await accounts.assertOwner(c.var.principal, ns, { ...originOf(c), wanted: `change owners of ${ns}` });
      }
      await accounts.submit('namespace.set-member', { name: ns, userId: id, role }, byOf(c));
      const namespace = await show(ns);
      return c.json(namespace, 200, { etag: entityTag(namespace) });
    })
    .openapi(removeMember, async (c) => {
      const { ns, user } = c.req.valid('param');
      const { principal } = c.var;
      const userId = accounts.assertUser(principal, 'account:write', originOf(c));
      const { id } = await userOf(user);
      const isLeaving = id === userId;
      await accounts.assertMay(principal, isLeaving ? 'read' : 'administer', ns, {
        ...originOf(c),
        scope: 'account:write',
      });
      if (!isLeaving && (await accounts.queries.roleIn(ns, id)) === 'owner') {
        await accounts.assertOwner(principal, ns, { ...originOf(c), wanted: `change owners of ${ns}` });
      }
      assertIfMatch(c.req.header('if-match'), await show(ns));
      await accounts.submit('namespace.remove-member', { name: ns, userId: id }, byOf(c));
      return c.body(null, 204);
    });
}
