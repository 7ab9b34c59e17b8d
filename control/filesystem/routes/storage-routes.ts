/** /api/storage, as far as control answers it: what has to do with names. Bytes are the gateway's. */
import { createRoute } from '@hono/zod-openapi';
import { jsonAnswer, openApiApp, problems } from '../../api/index.ts';
import { knownNodes } from '../master/context.ts';
import type { Master } from '../master/master.ts';
import { bucketRoutes } from './bucket-routes.ts';
import { objectRoutes } from './object-routes.ts';
import { originOf } from './origin.ts';
import { quotaRoutes } from './quota-routes.ts';
import { shareRoutes } from './share-routes.ts';
import { statusSchema } from './storage-schemas.ts';

const status = createRoute({
  method: 'get',
  path: '/api/storage/status',
  tags: ['storage'],
  summary: 'How the storage stands, by what chunkservers report',
  responses: { 200: jsonAnswer(statusSchema, 'Chunkservers, space, chunks, what is short'), ...problems },
});

export function storageRoutes(master: Master) {
  return openApiApp()
    .openapi(status, async (c) => {
      master.context.permissions.assertUser(c.var.principal, 'storage:read', originOf(c));
      return c.json(await storageStatus(master), 200);
    })
    .route('/', bucketRoutes(master))
    .route('/', objectRoutes(master))
    .route('/', shareRoutes(master))
    .route('/', quotaRoutes(master));
}

async function storageStatus({ census, context }: Master) {
  const { checksumFaults, clock, orphans, servers, view } = context;
  const { objects, logicalBytes, chunks, chunkBytes, liveBytes } = view.totals();
  const zones = new Map(view.nodes().map(({ node, zone }) => [node, zone]));
  const chunkservers = knownNodes(context).map((node) => {
    const server = servers.get(node);
    return {
      node,
      zone: server?.zone ?? zones.get(node) ?? '',
      standing: servers.standing(node, clock.monotonic()),
      detail: server?.conditionDetail ?? '',
      totalBytes: server?.totalBytes ?? 0,
      freeBytes: server?.freeBytes ?? 0,
      load: server?.load ?? 0,
    };
  });
  const count = await census.count();
  const totals = { objects, logicalBytes, chunks, chunkBytes, liveBytes };
  return { chunkservers, ...totals, ...count, orphans: orphans.size, checksumFaults: checksumFaults.count };
}
