import { createRoute, z } from '@hono/zod-openapi';
import { Forbidden, NotFound } from '../../../common/errors/index.ts';
import {
  decodeCursor,
  jsonAnswer,
  jsonBody,
  listQuery,
  openApiApp,
  pageOf,
  problems,
  toPage,
} from '../../api/index.ts';
import { hashShareToken } from '../master/access.ts';
import type { Master } from '../master/master.ts';
import type { ShareRecord } from '../view/records.ts';
import { originOf } from './origin.ts';
import { newShareSchema, shareInput, shareOf, shareSchema } from './storage-schemas.ts';

const tags = ['storage'];
const path = '/api/storage/shares';
/** 256 bits: a link cannot be guessed. */
const TOKEN_BYTES = 32;

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'A link by which everyone who has it may read one object, for a time',
  request: { body: jsonBody(shareInput) },
  responses: { 201: jsonAnswer(newShareSchema, 'The share; its url is shown once'), ...problems },
});
const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'The shares of a namespace',
  request: { query: listQuery.extend({ namespace: z.string() }) },
  responses: { 200: jsonAnswer(pageOf(shareSchema), 'Shares, oldest first'), ...problems },
});
const revoke = createRoute({
  method: 'delete',
  path: `${path}/{id}`,
  tags,
  summary: 'End a share now',
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: { description: 'The link is not valid any more' }, ...problems },
});

export function shareRoutes(master: Master) {
  const { access, context } = master;
  const { clock, ids, permissions, random, view } = context;
  return openApiApp()
    .openapi(create, async (c) => {
      const { expiresInSeconds, ...asked } = c.req.valid('json');
      const { by, name } = await access.judge(c.var.principal, 's3:PutObject', asked, originOf(c));
      const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
      const share = await context.submit<ShareRecord>(
        'share.create',
        {
          id: ids.typed('share'),
          tokenHash: hashShareToken(token),
          name,
          expiresAtMs: clock.now() + expiresInSeconds * 1000,
        },
        by,
      );
      return c.json({ ...shareOf(share), url: `/s/${token}` }, 201);
    })
    .openapi(list, async (c) => {
      const { namespace, limit, cursor } = c.req.valid('query');
      await permissions.assertMay(c.var.principal, 'read', namespace, originOf(c));
      const rows = view.shares(namespace, limit + 1, decodeCursor(cursor, z.string()));
      const page = toPage(rows, limit, ({ id }) => id);
      return c.json({ ...page, items: page.items.map(shareOf) }, 200);
    })
    .openapi(revoke, async (c) => {
      const { id } = c.req.valid('param');
      permissions.assertUser(c.var.principal, 'storage:write', originOf(c));
      const share = view.share(id);
      if (!share) throw noShare();
      const by = await access
        .allowed(c.var.principal, 'write', share.name.namespace, originOf(c))
        .catch((error: unknown) => {
          throw error instanceof Forbidden ? noShare(error) : error;
        });
      await context.submit('share.revoke', { id }, by);
      return c.body(null, 204);
    });
}

/** Shares of others are not there. */
function noShare(cause?: unknown): NotFound {
  return new NotFound('You have no such share.', { cause });
}
