import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Readiness } from '../../common/health/index.ts';
import { makeTestAuthority, type TestAuthority } from '../../common/identity/test-authority.ts';
import { InternalClient, InternalServer } from '../../common/internal/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { createMetrics } from '../../common/metrics/index.ts';
import { apiRoutes } from './api-routes.ts';

let authority: TestAuthority;
let server: InternalServer;
const disposals = new AsyncDisposableStack();

const identity = (role: 'control' | 'gateway' | 'chunkserver') =>
  authority.issue({ bramble: 'test', node: 'node-1', role });

beforeAll(async () => {
  authority = await makeTestAuthority();
  const app = new Hono()
    .post('/api/echo', (c) => new Response(c.req.raw.body))
    .get('/api/where', (c) => c.json({ path: c.req.path, query: c.req.query('q') }));
  server = disposals.use(
    await InternalServer.listen({
      identity: await identity('control'),
      logger: createLogger({ process: 'test', level: 'silent' }),
      readiness: new Readiness(),
      metrics: createMetrics('test'),
      host: '127.0.0.1',
      port: 0,
      routes: apiRoutes(app),
    }),
  );
});

afterAll(() => disposals.disposeAsync());

test('bodies are streamed both ways: the first piece is answered before the last one is sent', async () => {
  const client = disposals.use(new InternalClient(await identity('gateway')));
  const body = new PassThrough();
  body.write('first ');
  const answer = await client.request(
    { address: server.address, role: 'control' },
    { method: 'POST', path: '/api/echo', body, timeoutMs: 10_000 },
  );
  const [first] = await once(answer.body, 'data');
  expect(String(first)).toBe('first ');
  body.end('last');
  const [last] = await once(answer.body, 'data');
  expect(String(last)).toBe('last');
  await once(answer.body, 'end');
});

test('path and query arrive as they were sent, from a gateway alone', async () => {
  const gateway = disposals.use(new InternalClient(await identity('gateway')));
  const target = { address: server.address, role: 'control' as const };
  const answer = await gateway.request(target, { method: 'GET', path: '/api/where?q=a%20b', timeoutMs: 10_000 });
  expect(await answer.body.json()).toEqual({ path: '/api/where', query: 'a b' });
  const other = disposals.use(new InternalClient(await identity('chunkserver')));
  await expect(other.request(target, { method: 'GET', path: '/api/where', timeoutMs: 10_000 })).rejects.toMatchObject({
    code: 'role-not-allowed',
  });
});
