import type { AddressInfo } from 'node:net';
import { connect as connectPlain, createServer, type Server, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Readiness } from '../../health/index.ts';
import type { Identity } from '../../identity/index.ts';
import { makeTestAuthority, type TestAuthority } from '../../identity/test-authority.ts';
import { createLogger } from '../../logging/index.ts';
import { createMetrics } from '../../metrics/index.ts';
import { callRoute, InternalClient, InternalServer, rpcRoute } from '../index.ts';
import { callerOptions } from '../secure-options.ts';
import { FRAME_BYTES, FRAMES_PROTOCOL } from './frame-codec.ts';

let authority: TestAuthority;
const disposals = new AsyncDisposableStack();

beforeAll(async () => {
  authority = await makeTestAuthority();
});
afterAll(() => disposals.disposeAsync());

const identityOf = (role: 'control' | 'gateway') => authority.issue({ bramble: 'test', node: 'node-1', role });

/** A server whose calls end when the test says so, by the number that they were asked with. */
async function startServer(port = 0) {
  const open = new Map<number, { answer: (value: unknown) => void; signal: AbortSignal }>();
  const server = await InternalServer.listen({
    identity: await identityOf('control'),
    logger: createLogger({ process: 'test', level: 'silent' }),
    readiness: new Readiness(),
    metrics: createMetrics('test'),
    host: '127.0.0.1',
    port,
    routes: [
      rpcRoute('/when-told', ['gateway'], z.int(), (number, { signal }) => {
        const { promise, resolve } = Promise.withResolvers<unknown>();
        open.set(number, { answer: resolve, signal });
        return promise;
      }),
      rpcRoute('/size', ['gateway'], z.instanceof(Uint8Array), async (bytes) => bytes.length),
      rpcRoute('/nothing', ['gateway'], z.unknown(), async () => undefined),
      rpcRoute('/peer', ['gateway'], z.unknown(), async (_input, { peer, requestId }) => [peer.node, requestId]),
    ],
    calls: [callRoute('/body', ['gateway'], z.int(), async (times, body) => Buffer.alloc(times, body))],
  });
  const target = { address: server.address, role: 'control' as const };
  return { server, open, target, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Passes connections on until it is told to swallow what comes. */
async function startProxy(to: string) {
  const [host, port] = to.split(':');
  const sockets = new Set<Socket>();
  let connections = 0;
  let swallows = false;
  const proxy: Server = createServer((socket) => {
    connections += 1;
    const onward = connectPlain({ host, port: Number(port) });
    for (const [from, into] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => into.destroy());
      from.on('data', (bytes) => swallows || into.write(bytes));
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    target: { address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, role: 'control' as const },
    get connections() {
      return connections;
    },
    set swallows(value: boolean) {
      swallows = value;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

async function newClient(identity?: Identity): Promise<InternalClient> {
  return disposals.use(new InternalClient(identity ?? (await identityOf('gateway'))));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within 5 s: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('calls in frames', () => {
  test('share one connection, and are answered in any order', async () => {
    await using server = await startServer();
    await using proxy = await startProxy(server.target.address);
    const client = await newClient();
    const calls = Array.from({ length: 20 }, (_, number) => client.call(proxy.target, '/when-told', number));
    await until(() => server.open.size === 20);
    for (let number = 19; number >= 0; number -= 1) server.open.get(number)?.answer(`answer ${number}`);
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, (_, number) => `answer ${number}`));
    expect(proxy.connections).toBe(1);
  });

  test('carry bytes along, tell who calls for which request, and may be answered by nothing', async () => {
    await using server = await startServer();
    const client = await newClient();
    const body = [Buffer.from('a'), Buffer.from('b')];
    expect(Buffer.from((await client.call(server.target, '/body', 5, { body })) as Uint8Array).toString()).toBe(
      'ababa',
    );
    expect(await client.call(server.target, '/peer', {}, { requestId: 'req_1' })).toEqual(['node-1', 'req_1']);
    expect(await client.call(server.target, '/nothing', {})).toBeUndefined();
    await expect(client.call(server.target, '/unknown', {})).rejects.toMatchObject({ status: 404 });
  });

  test('too long for a frame arrive all the same', async () => {
    await using server = await startServer();
    const client = await newClient();
    expect(await client.call(server.target, '/size', Buffer.alloc(FRAME_BYTES + 1))).toBe(FRAME_BYTES + 1);
  });

  test('that are given up end at once, here and there', async () => {
    await using server = await startServer();
    const client = await newClient();
    const giveUp = new AbortController();
    const call = client.call(server.target, '/when-told', 1, { signal: giveUp.signal });
    await until(() => server.open.size === 1);
    giveUp.abort(new Error('Not wanted any more.'));
    await expect(call).rejects.toThrow('Not wanted any more.');
    await until(() => server.open.get(1)?.signal.aborted === true);
    await expect(client.call(server.target, '/nothing', 1, { signal: giveUp.signal })).rejects.toThrow('Not wanted');
    // What comes after it on the same connection is answered as ever.
    expect(await client.call(server.target, '/nothing', {})).toBeUndefined();
  });

  test('of a caller that goes away end', async () => {
    await using server = await startServer();
    const client = new InternalClient(await identityOf('gateway'));
    const call = client.call(server.target, '/when-told', 1);
    call.catch(() => undefined);
    await until(() => server.open.size === 1);
    await client[Symbol.asyncDispose]();
    await expect(call).rejects.toMatchObject({ status: 503 });
    await until(() => server.open.get(1)?.signal.aborted === true);
  });

  test('of a server that goes away fail, and the next one finds it when it is back', async () => {
    const client = await newClient();
    const first = await startServer();
    const call = client.call(first.target, '/when-told', 1);
    call.catch(() => undefined);
    await until(() => first.open.size === 1);
    await first[Symbol.asyncDispose]();
    await expect(call).rejects.toMatchObject({ status: 503 });
    await expect(client.call(first.target, '/nothing', {})).rejects.toMatchObject({ status: 503 });
    await using again = await startServer(Number(first.target.address.split(':')[1]));
    expect(await client.call(again.target, '/nothing', {})).toBeUndefined();
  });

  test('that are being carried out when the server stops are answered first', async () => {
    const server = await startServer();
    const client = await newClient();
    const call = client.call(server.target, '/when-told', 1);
    await until(() => server.open.size === 1);
    const stopped = server[Symbol.asyncDispose]();
    server.open.get(1)?.answer('at last');
    expect(await call).toBe('at last');
    await stopped;
  });

  test('go over a new connection once one has said nothing for as long as a call may take', async () => {
    await using server = await startServer();
    await using proxy = await startProxy(server.target.address);
    const client = await newClient();
    expect(await client.call(proxy.target, '/nothing', {})).toBeUndefined();
    proxy.swallows = true;
    await expect(client.call(proxy.target, '/nothing', {}, { timeoutMs: 50 })).rejects.toMatchObject({ status: 504 });
    proxy.swallows = false;
    expect(await client.call(proxy.target, '/nothing', {})).toBeUndefined();
    expect(proxy.connections).toBe(2);
  });

  test('that wait for a handshake which does not come end at their own deadlines', async () => {
    await using server = await startServer();
    await using proxy = await startProxy(server.target.address);
    proxy.swallows = true;
    const client = await newClient();
    await expect(client.call(proxy.target, '/nothing', {}, { timeoutMs: 50 })).rejects.toMatchObject({ status: 504 });
  });

  test('show the renewed certificate, while those in flight are answered', async () => {
    await using server = await startServer();
    await using proxy = await startProxy(server.target.address);
    const identity = await identityOf('gateway');
    const client = await newClient(identity);
    const before = client.call(proxy.target, '/when-told', 1);
    await until(() => server.open.size === 1);
    identity.replace((await authority.issue({ bramble: 'test', node: 'node-1', role: 'gateway' })).material);
    expect(await client.call(proxy.target, '/nothing', {})).toBeUndefined();
    expect(proxy.connections).toBe(2);
    server.open.get(1)?.answer('still there');
    expect(await before).toBe('still there');
  });

  test('that are none end the connection, and nothing else', async () => {
    await using server = await startServer();
    const [host, port] = server.target.address.split(':');
    const socket = connect({
      ...callerOptions(await identityOf('gateway'), 'control'),
      host,
      port: Number(port),
      ALPNProtocols: [FRAMES_PROTOCOL],
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.once('secureConnect', () => socket.write(Buffer.alloc(64, 0xff)));
    await closed;
    expect(await (await newClient()).call(server.target, '/nothing', {})).toBeUndefined();
  });
});
