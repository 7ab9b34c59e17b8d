import { createRoute, z } from '@hono/zod-openapi';
import { InvalidInput } from '../../../common/errors/index.ts';
import { type Committed, KEY_BYTES } from '../../../common/filesystem/index.ts';
import {
  decodeCursor,
  encodeCursor,
  jsonAnswer,
  jsonBody,
  listQuery,
  openApiApp,
  type Principal,
  problems,
} from '../../api/index.ts';
import type { DeletionOutcome } from '../commands/delete-object.ts';
import type { Origin } from '../master/access.ts';
import type { Master } from '../master/master.ts';
import { isObjectKey } from '../view/names.ts';
import { originOf } from './origin.ts';
import { committedSchema, objectPage, transferInput } from './storage-schemas.ts';

const tags = ['storage'];
const params = z.object({ ns: z.string(), bucket: z.string() });
const OBJECTS = '/api/storage/objects';
/** Bytes of a key, and one behind it. */
const objectPosition = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length <= KEY_BYTES + 1);

const list = createRoute({
  method: 'get',
  path: `${OBJECTS}/{ns}/{bucket}`,
  tags,
  summary: 'Objects by key; with a delimiter, as in folders',
  request: {
    params,
    query: listQuery.extend({
      prefix: z.string().max(1024).default(''),
      delimiter: z.string().max(16).default(''),
    }),
  },
  responses: { 200: jsonAnswer(objectPage, 'Objects and common prefixes, together at most limit'), ...problems },
});
const remove = createRoute({
  method: 'delete',
  path: `${OBJECTS}/{ns}/{bucket}/{key}`,
  tags,
  summary: 'Delete an object; no matter whether there is one',
  request: {
    params: params.extend({ key: z.string().openapi({ description: 'With its slashes.' }) }),
    headers: z.object({ 'if-match': z.string().optional() }),
  },
  responses: { 204: { description: 'There is no such object now' }, ...problems },
});
const transfer = (verb: 'copy' | 'move', summary: string) =>
  createRoute({
    method: 'post',
    path: `/api/storage/${verb}`,
    tags,
    summary,
    request: {
      body: jsonBody(transferInput),
      headers: z.object({
        'if-match': z.string().optional().openapi({ description: "The source's ETag." }),
        'if-none-match': z.string().optional().openapi({ description: '`*`: only where there is no object yet.' }),
      }),
    },
    responses: { 200: jsonAnswer(committedSchema, 'The target'), ...problems },
  });
const copy = transfer('copy', 'Copy an object; no byte is copied');
const move = transfer('move', 'Move an object; no byte is copied');

export function objectRoutes(master: Master) {
  const { access, context } = master;
  const app = openApiApp();
  app.openAPIRegistry.registerPath(remove);
  return app
    .openapi(list, async (c) => {
      const { ns, bucket: name } = c.req.valid('param');
      const { prefix, delimiter, limit, cursor } = c.req.valid('query');
      const asked = { namespace: ns, bucket: name };
      const { bucket } = await access.judge(c.var.principal, 's3:ListBucket', asked, originOf(c), {
        prefix,
        delimiter,
      });
      const from = decodeCursor(cursor, objectPosition);
      const page = context.view.list({ bucketId: bucket.id, prefix, delimiter, limit, ...(from && { from }) });
      const items = page.items.map(({ key, object: { content, modifiedAtMs } }) => ({
        key,
        size: content.size,
        etag: content.etag,
        contentType: content.contentType,
        modifiedAt: new Date(modifiedAtMs).toISOString(),
      }));
      const nextCursor = page.next ? encodeCursor(page.next.toString('base64')) : null;
      return c.json({ items, prefixes: page.prefixes, nextCursor }, 200);
    })
    .openapi(copy, async (c) => {
      const who = { principal: c.var.principal, origin: originOf(c) };
      const committed = await transferObject(master, 'object.copy', c.req.valid('json'), c.req.valid('header'), who);
      return c.json(committed, 200);
    })
    .openapi(move, async (c) => {
      const who = { principal: c.var.principal, origin: originOf(c) };
      const committed = await transferObject(master, 'object.move', c.req.valid('json'), c.req.valid('header'), who);
      return c.json(committed, 200);
    })
    .delete(`${OBJECTS}/:ns/:bucket/:key{.+}`, async (c) => {
      const { ns, bucket, key } = c.req.param();
      assertKey(key);
      const asked = { namespace: ns, bucket, key };
      const { by, name } = await access.judge(c.var.principal, 's3:DeleteObject', asked, originOf(c));
      const ifMatch = c.req.header('if-match');
      const item = { key, mustExist: true as const, ...(ifMatch !== undefined && { ifMatch }) };
      const [outcome] = await context.submit<DeletionOutcome[]>(
        'object.delete',
        {
          bucket: { namespace: name.namespace, bucket: name.bucket },
          items: [item],
          versionSalt: context.versionSalt(),
        },
        by,
      );
      if (!outcome?.ok) throw outcome?.error ?? new Error('The deletion has no outcome.');
      return c.body(null, 204);
    });
}

async function transferObject(
  { access, context }: Master,
  type: 'object.copy' | 'object.move',
  { from, to }: z.infer<typeof transferInput>,
  conditions: { 'if-match'?: string | undefined; 'if-none-match'?: string | undefined },
  { principal, origin }: { principal: Principal; origin: Origin },
): Promise<Committed> {
  const target = await access.judge(principal, 's3:PutObject', to, origin);
  const source = await access.judge(principal, 's3:GetObject', from, origin);
  if (type === 'object.move') await access.judge(principal, 's3:DeleteObject', from, origin);
  assertKey(to.key);
  const { 'if-match': sourceIfMatch, 'if-none-match': ifNoneMatch } = conditions;
  const preconditions = ifNoneMatch === undefined ? {} : { ifNoneMatch };
  const names = { from: source.name, to: target.name };
  return context.submit(
    type,
    { ...names, preconditions, sourceConditions: { ifMatch: sourceIfMatch }, versionSalt: context.versionSalt() },
    target.by,
  );
}

function assertKey(key: string | undefined): asserts key is string {
  if (key === undefined || !isObjectKey(key)) {
    throw new InvalidInput('A key is 1 to 1024 bytes of UTF-8 without NUL.', { code: 'invalid-key' });
  }
}
