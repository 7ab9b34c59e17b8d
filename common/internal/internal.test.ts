import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Conflict } from '../errors/index.ts';
import { Readiness } from '../health/index.ts';
import { makeTestAuthority, type TestAuthority } from '../identity/test-authority.ts';
import { createLogger } from '../logging/index.ts';
import { createMetrics } from '../metrics/index.ts';
import { InternalClient, InternalServer, rpcRoute } from './index.ts';

let authority: TestAuthority;
let server: InternalServer;
const disposals = new AsyncDisposableStack();

const identity = (role: 'control' | 'gateway' | 'chunkserver') =>
  authority.issue({ bramble: 'test', node: 'node-1', role });

beforeAll(async () => {
  authority = await makeTestAuthority();
  server = disposals.use(
    await InternalServer.listen({
      identity: await identity('control'),
      logger: createLogger({ process: 'test', level: 'silent' }),
      readiness: new Readiness(),
      metrics: createMetrics('test'),
      host: '127.0.0.1',
      port: 0,
      routes: [
        rpcRoute('/internal/double', ['gateway'], z.object({ value: z.int() }), async ({ value }) => value * 2),
        rpcRoute('/internal/refuse', ['gateway'], z.unknown(), async () => {
          throw new Conflict('There is one already.', { code: 'bucket-exists' });
        }),
        rpcRoute('/internal/break', ['gateway'], z.unknown(), async () => {
          throw new Error('a secret of the inside');
        }),
      ],
    }),
  );
});

afterAll(() => disposals.disposeAsync());

async function client(role: 'gateway' | 'chunkserver') {
  return disposals.use(new InternalClient(await identity(role)));
}

const target = () => ({ address: server.address, role: 'control' as const });

test('a call of the right role is answered', async () => {
  expect(await (await client('gateway')).call(target(), '/internal/double', { value: 21 })).toBe(42);
});

test('an error arrives as what it was', async () => {
  await expect((await client('gateway')).call(target(), '/internal/refuse', {})).rejects.toMatchObject({
    code: 'bucket-exists',
    status: 409,
    message: 'There is one already.',
  });
});

test('an unexpected error shows nothing of the inside', async () => {
  await expect((await client('gateway')).call(target(), '/internal/break', {})).rejects.toMatchObject({
    status: 500,
    message: expect.not.stringContaining('secret'),
  });
});

test('another role is refused', async () => {
  await expect((await client('chunkserver')).call(target(), '/internal/double', { value: 1 })).rejects.toMatchObject({
    code: 'role-not-allowed',
    status: 403,
  });
});

test('a body of another form is refused', async () => {
  await expect((await client('gateway')).call(target(), '/internal/double', { value: 'x' })).rejects.toMatchObject({
    status: 400,
  });
});

test('a server of another role than the one meant is not spoken to', async () => {
  const gateway = await client('gateway');
  const wrong = { address: server.address, role: 'chunkserver' as const };
  await expect(gateway.call(wrong, '/internal/double', { value: 1 })).rejects.toMatchObject({ status: 503 });
});

test('without a certificate, or with a stranger’s, there is no connection', async () => {
  const [host, port] = server.address.split(':') as [string, string];
  const stranger = await (await makeTestAuthority()).issue({ bramble: 'test', node: 'node-1', role: 'gateway' });
  for (const secrets of [{}, { cert: stranger.material.certificatePem, key: stranger.material.keyPem }]) {
    const refused = new Promise<boolean>((resolve) => {
      const socket = connect({ host, port: Number(port), rejectUnauthorized: false, ...secrets });
      socket.once('secureConnect', () => socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n'));
      socket.once('data', () => resolve(false));
      socket.once('error', () => resolve(true));
      socket.once('close', () => resolve(true));
    });
    expect(await refused).toBe(true);
  }
});

test('a call that takes too long ends at its deadline', async () => {
  const silent = disposals.use(
    await InternalServer.listen({
      identity: await identity('control'),
      logger: createLogger({ process: 'test', level: 'silent' }),
      readiness: new Readiness(),
      metrics: createMetrics('test'),
      host: '127.0.0.1',
      port: 0,
      routes: [rpcRoute('/internal/wait', ['gateway'], z.unknown(), () => new Promise(() => {}))],
    }),
  );
  const call = (await client('gateway')).call(
    { address: silent.address, role: 'control' },
    '/internal/wait',
    {},
    { timeoutMs: 50 },
  );
  await expect(call).rejects.toMatchObject({ status: 504 });
});
