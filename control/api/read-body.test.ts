import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Readiness } from '../../common/health/index.ts';
import { makeTestAuthority } from '../../common/identity/test-authority.ts';
import { InternalClient, InternalServer } from '../../common/internal/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import { createMetrics } from '../../common/metrics/index.ts';
import { answerErrors } from './answer-errors.ts';
import { apiRoutes } from './api-routes.ts';
import { openApiApp } from './open-api-app.ts';
import { readBody } from './read-body.ts';

const LIMIT_BYTES = 100_000;

/** As it is in life: over mutual TLS and the server's lightweight requests. */
describe('a body', () => {
  const disposals = new AsyncDisposableStack();
  let address = '';
  let client: InternalClient;

  beforeAll(async () => {
    const authority = await makeTestAuthority();
    const logger = createLogger({ process: 'test', level: 'silent' });
    const app = openApiApp();
    app.use(readBody(LIMIT_BYTES));
    app.onError(answerErrors(logger));
    app.on(['GET', 'DELETE'], '/thing', async (c) => c.json({ text: await c.req.text() }));
    app.on(['POST', 'PUT'], '/thing', async (c) => c.json(await c.req.json()));
    const server = disposals.use(
      await InternalServer.listen({
        identity: await authority.issue({ bramble: 'test', node: 'node-1', role: 'control' }),
        logger,
        readiness: new Readiness(),
        metrics: createMetrics('test'),
        host: '127.0.0.1',
        port: 0,
        routes: apiRoutes(app),
      }),
    );
    address = server.address;
    client = disposals.use(
      new InternalClient(await authority.issue({ bramble: 'test', node: 'node-1', role: 'gateway' })),
    );
  });

  afterAll(() => disposals.disposeAsync());

  const send = async (method: 'GET' | 'DELETE' | 'POST' | 'PUT', body?: Buffer | Readable) => {
    const answer = await client.request(
      { address, role: 'control' },
      { method, path: '/thing', timeoutMs: 10_000, ...(body && { body }) },
    );
    return await answer.body.json();
  };
  const json = (size: number) => Buffer.from(JSON.stringify('x'.repeat(size - 2)));
  const streamed = (whole: Buffer) =>
    Readable.from(
      (function* () {
        for (let start = 0; start < whole.length; start += 7_001) yield whole.subarray(start, start + 7_001);
      })(),
    );

  test('may be missing', async () => {
    expect(await send('DELETE')).toEqual({ text: '' });
    expect(await send('GET')).toEqual({ text: '' });
  });

  test('is read with and without its length told, up to the limit', async () => {
    for (const whole of [json(LIMIT_BYTES), json(10)]) {
      expect(await send('POST', whole)).toBe(JSON.parse(whole.toString()));
      expect(await send('PUT', streamed(whole))).toBe(JSON.parse(whole.toString()));
    }
  });

  test('of a byte more is refused, told or not', async () => {
    const refusal = { status: 413, code: 'too-large' };
    await expect(send('POST', json(LIMIT_BYTES + 1))).rejects.toMatchObject(refusal);
    await expect(send('PUT', streamed(json(LIMIT_BYTES + 1)))).rejects.toMatchObject(refusal);
  });
});
