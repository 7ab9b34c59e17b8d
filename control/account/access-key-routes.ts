import { createRoute, z } from '@hono/zod-openapi';
import { NotFound } from '../../common/errors/index.ts';
import { decodeCursor, jsonAnswer, jsonBody, listQuery, openApiApp, pageOf, problems, toPage } from '../api/index.ts';
import { accessKeyInput, accessKeySchema, newAccessKeySchema, showAccessKey } from './account-schemas.ts';
import type { Accounts } from './accounts.ts';
import { accessKeyScopes } from './permissions.ts';
import { byOf, originOf } from './route-context.ts';
import { futureTime, tooWide } from './token-routes.ts';

const tags = ['tokens'];

const list = createRoute({
  method: 'get',
  path: '/api/account/access-keys',
  tags,
  summary: 'The S3 access keys of the user',
  request: { query: listQuery },
  responses: { 200: jsonAnswer(pageOf(accessKeySchema), 'Access keys'), ...problems },
});

const create = createRoute({
  method: 'post',
  path: '/api/account/access-keys',
  tags,
  summary: 'A new S3 access key for a namespace, or for a part of what it stores',
  description:
    'With `id` and `secret`, a pair that is in use elsewhere is taken over, which an owner of the namespace may do.',
  request: { body: jsonBody(accessKeyInput) },
  responses: { 201: jsonAnswer(newAccessKeySchema, 'The secret is shown once'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/account/access-keys/{id}',
  tags,
  summary: 'Revoke an S3 access key at once',
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: { description: 'Revoked' }, ...problems },
});

export function accessKeyRoutes(accounts: Accounts, now: () => number) {
  return openApiApp()
    .openapi(list, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:read', originOf(c));
      const { limit, cursor } = c.req.valid('query');
      const rows = await accounts.queries.accessKeys(userId, limit + 1, decodeCursor(cursor, z.string()));
      return c.json(
        toPage(rows.map(showAccessKey), limit, (item) => item.id),
        200,
      );
    })
    .openapi(create, async (c) => {
      const { principal } = c.var;
      const userId = accounts.assertUser(principal, 'account:write', originOf(c));
      const { namespace, name, bucket, prefix, verbs, expiresAt, id, secret } = c.req.valid('json');
      // Who makes one must be given all that it may.
      const refusal = tooWide(principal, accessKeyScopes(verbs), namespace);
      if (refusal) accounts.deny(principal, 'make an access key that may more', originOf(c), refusal);
      await accounts.assertMay(principal, 'read', namespace, { ...originOf(c), scope: 'account:write' });
      const pair = id === undefined || secret === undefined ? undefined : { id, secret };
      if (pair) {
        const wanted = `bring an access key into namespace ${namespace}`;
        await accounts.assertOwner(principal, namespace, { ...originOf(c), wanted });
      }
      const expiresAtMs = futureTime(expiresAt, now());
      const made = await accounts.accessKeys.create(
        {
          userId,
          namespace,
          name,
          verbs,
          ...(bucket !== undefined && { bucket }),
          ...(prefix !== undefined && { prefix }),
          ...(expiresAtMs !== undefined && { expiresAt: expiresAtMs }),
          ...(pair && { pair }),
        },
        byOf(c),
      );
      const key = await accounts.queries.accessKey(made.id);
      if (!key) throw new NotFound('The access key was revoked in this moment.', { code: 'no-such-access-key' });
      return c.json({ ...showAccessKey(key), secret: made.secret }, 201, { 'cache-control': 'no-store' });
    })
    .openapi(remove, async (c) => {
      const userId = accounts.assertUser(c.var.principal, 'account:write', originOf(c));
      const { id } = c.req.valid('param');
      const key = await accounts.queries.accessKey(id);
      if (key?.userId !== userId) throw new NotFound('There is no such access key.', { code: 'no-such-access-key' });
      await accounts.submit('access-key.delete', { id }, byOf(c));
      return c.body(null, 204);
    });
}
