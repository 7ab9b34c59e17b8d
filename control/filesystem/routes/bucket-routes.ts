import { createRoute, z } from '@hono/zod-openapi';
import { InvalidInput, NotFound } from '../../../common/errors/index.ts';
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
} from '../../api/index.ts';
import type { Master } from '../master/master.ts';
import { isBucketName } from '../view/names.ts';
import type { BucketRecord } from '../view/records.ts';
import { originOf } from './origin.ts';
import { bucketInput, bucketOf, bucketSchema, visibility } from './storage-schemas.ts';

const tags = ['storage'];
const root = '/api/storage/buckets';
const path = `${root}/{ns}/{bucket}`;
const params = z.object({ ns: z.string(), bucket: z.string() });
const ifMatch = z.object({ 'if-match': z.string().optional() });

const list = createRoute({
  method: 'get',
  path: root,
  tags,
  summary: 'The buckets of a namespace',
  request: { query: listQuery.extend({ namespace: z.string() }) },
  responses: { 200: jsonAnswer(pageOf(bucketSchema), 'Buckets by name'), ...problems },
});
const create = createRoute({
  method: 'post',
  path: root,
  tags,
  summary: 'A new bucket',
  request: { body: jsonBody(bucketInput) },
  responses: { 201: jsonAnswer(bucketSchema, 'The bucket'), ...problems },
});
const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'A bucket',
  request: { params },
  responses: { 200: jsonAnswer(bucketSchema, 'The bucket'), ...problems },
});
const update = createRoute({
  method: 'patch',
  path,
  tags,
  summary: "Change a bucket's visibility",
  request: { params, headers: ifMatch, body: jsonBody(z.strictObject({ visibility })) },
  responses: { 200: jsonAnswer(bucketSchema, 'The bucket'), ...problems },
});
const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Delete an empty bucket',
  request: { params, headers: ifMatch },
  responses: { 204: { description: 'Deleted' }, ...problems },
});

export function bucketRoutes(master: Master) {
  const { access, context } = master;
  const { view, permissions } = context;
  /** Its figures change with every object: what If-Match is about is what people set. */
  const tagged = ({ id, name, visibility }: BucketRecord) => ({ id, name, visibility });
  return openApiApp()
    .openapi(list, async (c) => {
      const { namespace, limit, cursor } = c.req.valid('query');
      await permissions.assertMay(c.var.principal, 'read', namespace, originOf(c));
      const rows = view.buckets(namespace, limit + 1, decodeCursor(cursor, z.string()));
      const page = toPage(rows, limit, ({ name }) => name);
      return c.json({ ...page, items: page.items.map(bucketOf) }, 200);
    })
    .openapi(create, async (c) => {
      const data = c.req.valid('json');
      const by = await access.allowed(c.var.principal, 'administer', data.namespace, originOf(c));
      if (!isBucketName(data.name)) {
        throw new InvalidInput('A bucket is named by S3’s rules: 3 to 63 of a-z, 0-9, dot and hyphen.', {
          code: 'invalid-bucket-name',
          fields: { name: 'is not a name for a bucket' },
        });
      }
      if (!(await permissions.namespaceExists(data.namespace))) {
        throw new NotFound(`There is no namespace ${data.namespace}.`, { code: 'no-such-namespace' });
      }
      const bucket = await context.submit<BucketRecord>('bucket.create', data, by);
      c.header('etag', entityTag(tagged(bucket)));
      return c.json(bucketOf(bucket), 201);
    })
    .openapi(get, async (c) => {
      const { ns, bucket: name } = c.req.valid('param');
      const asked = { namespace: ns, bucket: name };
      const { bucket } = await access.judge(c.var.principal, 's3:ListBucket', asked, originOf(c));
      c.header('etag', entityTag(tagged(bucket)));
      return c.json(bucketOf(bucket), 200);
    })
    .openapi(update, async (c) => {
      const { ns, bucket: name } = c.req.valid('param');
      const asked = { namespace: ns, bucket: name };
      const { by, bucket: before } = await access.judge(c.var.principal, 's3:PutBucketAcl', asked, originOf(c));
      assertIfMatch(c.req.valid('header')['if-match'], tagged(before));
      const { visibility } = c.req.valid('json');
      const bucket = await context.submit<BucketRecord>('bucket.update', { namespace: ns, name, visibility }, by);
      c.header('etag', entityTag(tagged(bucket)));
      return c.json(bucketOf(bucket), 200);
    })
    .openapi(remove, async (c) => {
      const { ns, bucket: name } = c.req.valid('param');
      const asked = { namespace: ns, bucket: name };
      const { by, bucket } = await access.judge(c.var.principal, 's3:DeleteBucket', asked, originOf(c));
      assertIfMatch(c.req.valid('header')['if-match'], tagged(bucket));
      await context.submit('bucket.delete', { namespace: ns, name }, by);
      return c.body(null, 204);
    });
}
