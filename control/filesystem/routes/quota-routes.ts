/** What a namespace uses, and how much it may. */
import { createRoute, z } from '@hono/zod-openapi';
import { NotFound } from '../../../common/errors/index.ts';
import { actorOf, jsonAnswer, jsonBody, openApiApp, problems } from '../../api/index.ts';
import type { Master } from '../master/master.ts';
import type { NamespaceUsage } from '../view/bucket-tables.ts';
import { originOf } from './origin.ts';
import { quotaInput, usageSchema } from './storage-schemas.ts';

const tags = ['storage'];
const params = z.object({ ns: z.string() });
const path = '/api/storage/namespaces/{ns}';

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'What a namespace uses of its quota; members',
  request: { params },
  responses: { 200: jsonAnswer(usageSchema, 'Usage and quota'), ...problems },
});
const put = createRoute({
  method: 'put',
  path: `${path}/quota`,
  tags,
  summary: "Set a namespace's quota; administrators",
  request: { params, body: jsonBody(quotaInput) },
  responses: { 200: jsonAnswer(usageSchema, 'Usage and the quota as it is now'), ...problems },
});

export function quotaRoutes({ context }: Master) {
  const { permissions, submit, view } = context;
  const requireNamespace = async (name: string) => {
    if (await permissions.namespaceExists(name)) return;
    throw new NotFound(`There is no namespace ${name}.`, { code: 'no-such-namespace' });
  };
  return openApiApp()
    .openapi(get, async (c) => {
      const { ns } = c.req.valid('param');
      await permissions.assertMay(c.var.principal, 'read', ns, originOf(c));
      await requireNamespace(ns);
      return c.json(shown(ns, view.usage(ns)), 200);
    })
    .openapi(put, async (c) => {
      const { ns } = c.req.valid('param');
      const origin = originOf(c);
      await permissions.assertAdministrator(c.var.principal, {
        ...origin,
        wanted: `set the quota of namespace ${ns}`,
        scope: 'storage:write',
      });
      await requireNamespace(ns);
      const { bytes, objects, buckets } = c.req.valid('json');
      const quota = {
        ...(bytes !== null && { bytes }),
        ...(objects !== null && { objects }),
        ...(buckets !== null && { buckets }),
      };
      const by = { actor: actorOf(c.var.principal, origin.address), requestId: c.var.requestId };
      return c.json(shown(ns, await submit<NamespaceUsage>('namespace.set-quota', { namespace: ns, quota }, by)), 200);
    });
}

function shown(namespace: string, { bytes, objects, buckets, quota }: NamespaceUsage) {
  return {
    namespace,
    used: { bytes, objects, buckets },
    quota: { bytes: quota?.bytes ?? null, objects: quota?.objects ?? null, buckets: quota?.buckets ?? null },
  };
}
