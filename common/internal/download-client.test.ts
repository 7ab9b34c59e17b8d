import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NotFound } from '../errors/index.ts';
import { Readiness } from '../health/index.ts';
import { makeTestAuthority, type TestAuthority } from '../identity/test-authority.ts';
import { createLogger } from '../logging/index.ts';
import { createMetrics } from '../metrics/index.ts';
import { parseAnswerHead } from './answer-head.ts';
import { DownloadClient, type InternalRequest, InternalServer } from './index.ts';

const BODY = Buffer.alloc(5_000_017, 'every byte in its place; ');
const disposals = new AsyncDisposableStack();
const sockets = new Set<unknown>();
let authority: TestAuthority;
let server: InternalServer;
let sent = 0;

beforeAll(async () => {
  authority = await makeTestAuthority();
  const route = (path: string, handle: (context: InternalRequest) => Promise<void>) => ({
    method: 'GET',
    path,
    roles: ['gateway' as const],
    handle,
  });
  server = disposals.use(
    await InternalServer.listen({
      identity: await authority.issue({ bramble: 'test', node: 'node-1', role: 'chunkserver' }),
      logger: createLogger({ process: 'test', level: 'silent' }),
      readiness: new Readiness(),
      metrics: createMetrics('test'),
      host: '127.0.0.1',
      port: 0,
      routes: [
        route('/body', async ({ request, response }) => {
          sockets.add(request.socket);
          response.writeHead(200, { 'content-length': BODY.length });
          response.end(BODY);
        }),
        route('/short', async ({ response }) => {
          response.writeHead(200, { 'content-length': BODY.length });
          response.write(BODY.subarray(0, 100_000), () => response.destroy());
        }),
        route('/endless', async ({ response, signal }) => {
          response.writeHead(200, { 'content-length': 2 ** 40 });
          while (!signal.aborted) {
            sent += BODY.length;
            await Promise.race([new Promise((done) => response.write(BODY, done)), aborted(signal)]);
          }
        }),
        route('/unannounced', async ({ response }) => {
          response.writeHead(200);
          response.write('no length');
          response.end();
        }),
        route('/missing', () => Promise.reject(new NotFound('It is not here.', { code: 'chunk-missing' }))),
      ],
    }),
  );
});

afterAll(() => disposals.disposeAsync());

const target = () => ({ address: server.address, role: 'chunkserver' as const });
const forever = new AbortController().signal;

async function downloads() {
  return disposals.use(new DownloadClient(await authority.issue({ bramble: 'test', node: 'node-1', role: 'gateway' })));
}

test('a body comes as it was sent, and the next one over the same connection', async () => {
  const client = await downloads();
  sockets.clear();
  for (let round = 0; round < 3; round += 1) {
    expect((await buffer(await client.get(target(), '/body', forever))).equals(BODY)).toBe(true);
  }
  expect(sockets.size).toBe(1);
});

test('several bodies at once come each over a connection of its own', async () => {
  const client = await downloads();
  const bodies = await Promise.all([1, 2, 3].map(() => client.get(target(), '/body', forever)));
  for (const body of bodies) expect((await buffer(body)).equals(BODY)).toBe(true);
});

test('an error arrives as what it was, and the connection goes on', async () => {
  const client = await downloads();
  await expect(client.get(target(), '/missing', forever)).rejects.toMatchObject({ code: 'chunk-missing', status: 404 });
  expect((await buffer(await client.get(target(), '/body', forever))).length).toBe(BODY.length);
});

test('a body that ends too early fails', async () => {
  const client = await downloads();
  await expect(buffer(await client.get(target(), '/short', forever))).rejects.toThrow('ended the connection');
});

test('an answer without a length is refused', async () => {
  const client = await downloads();
  await expect(client.get(target(), '/unannounced', forever)).rejects.toMatchObject({ status: 502 });
});

test('a body that nobody takes stops coming, and ends when the signal says so', async () => {
  const client = await downloads();
  const giveUp = new AbortController();
  const body = await client.get(target(), '/endless', giveUp.signal);
  let before = -1;
  // The kernel's own buffers fill up first.
  for (let quiet = 0; quiet < 200; quiet = sent === before ? quiet + 1 : 0) {
    before = sent;
    await turn();
  }
  expect(body.readableLength).toBeLessThan(4 * 1024 * 1024);
  const failed = expect(buffer(body)).rejects.toThrow('ended the connection');
  giveUp.abort();
  await failed;
});

test('a process of another role is not asked', async () => {
  const client = await downloads();
  const wrong = { ...target(), role: 'control' as const };
  await expect(client.get(wrong, '/body', forever)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a process that is not there is unavailable', async () => {
  const client = await downloads();
  await expect(client.get({ ...target(), address: '127.0.0.1:1' }, '/body', forever)).rejects.toMatchObject({
    status: 503,
  });
});

test('heads are parsed or refused, whatever they are', () => {
  const head = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 12\r\nconnection: keep-alive\r\n\r\nbody');
  expect(parseAnswerHead(head)).toEqual({ status: 200, contentLength: 12, bytes: head.length - 4 });
  for (let cut = 0; cut < head.length - 4; cut += 1) expect(parseAnswerHead(head.subarray(0, cut))).toBeUndefined();
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'HTTP/1. 20\r\nContent-Length:x-') }), (text) => {
      const bytes = Buffer.from(`${text}\r\n\r\n`);
      try {
        expect(parseAnswerHead(bytes)?.contentLength).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect(error).toMatchObject({ status: 502 });
      }
    }),
  );
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
