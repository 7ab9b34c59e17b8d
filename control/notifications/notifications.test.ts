import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { type Clock, ManualClock, systemClock } from '../../common/clock/index.ts';
import type { BucketSettings } from '../../common/filesystem/index.ts';
import { systemRandom } from '../../common/ids/index.ts';
import { createMetrics } from '../../common/metrics/index.ts';
import { type FilesystemView, openFilesystemView } from '../filesystem/index.ts';
import { MemoryLog, silent, temporaryFolder } from '../filesystem/test-master.ts';
import type { CommandLog } from '../log/index.ts';
import { Notifications, notificationsConfig } from './index.ts';
import { signatureOf } from './webhook-target.ts';

type Rules = NonNullable<BucketSettings['notification']>;
interface Received {
  headers: IncomingMessage['headers'];
  body: string;
  key: string;
  event: string;
}

const HOOK = 'arn:bramble:sqs::hook:webhook';
const BROKER = 'arn:bramble:sqs::broker:mqtt';

async function until(what: string, ask: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!ask()) {
    if (performance.now() > end) throw new Error(`Waited 10 s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** An HTTP server that keeps what it took; `answer` says with which status, or nothing to leave the request open. */
async function startHook(answer: (received: Received, count: number) => number | undefined = () => 204) {
  const taken: Received[] = [];
  const all: Received[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = await Array.fromAsync(request);
    const body = Buffer.concat(pieces).toString();
    const [record] = JSON.parse(body).Records;
    const received = { headers: request.headers, body, key: record.s3.object.key, event: record.eventName };
    const status = answer(received, all.push(received));
    if (status === undefined) return;
    if (status < 300) taken.push(received);
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => void handle(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    taken,
    all,
    keys: () => taken.map(({ key }) => key),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events?from=bramble`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openStore(arn = HOOK) {
  const folder = await temporaryFolder();
  const view = await openFilesystemView({ folder: folder.path, logger: silent });
  const log = new MemoryLog(view);
  const submit = (type: string, data: unknown, at = Date.now()) =>
    log.append({ type, at, actor: { kind: 'user', id: 'user_ada', address: '192.0.2.1' }, requestId: 'req_1', data });
  await submit('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' });
  const rules: Rules = [{ id: 'all', arn, events: ['s3:*'], prefix: '', suffix: '', kind: 'queue' }];
  await submit('bucket.configure', { namespace: 'ada', name: 'photos', setting: 'notification', value: rules });
  return {
    view,
    log,
    put: (key: string, etag = 'e1', at?: number) =>
      submit(
        'object.commit',
        {
          name: { namespace: 'ada', bucket: 'photos', key },
          content: { size: 5, etag, contentType: '', headers: {}, extents: [], inline: Buffer.from('hello') },
          chunks: [],
          preconditions: {},
          versionSalt: new Uint8Array(10),
        },
        at,
      ),
    async [Symbol.asyncDispose]() {
      await view[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function start(
  store: { view: FilesystemView; log: Pick<CommandLog, 'append'> },
  targets: Record<string, object>,
  clock: Clock = systemClock,
) {
  const metrics = createMetrics('test');
  const config = notificationsConfig.parse({ targets });
  const owned = { config, view: store.view, log: store.log, clock, random: systemRandom, logger: silent, metrics };
  return Object.assign(new Notifications(owned), { metrics });
}

const pending = (view: FilesystemView, target = HOOK) => {
  const queue = view.eventQueue(target);
  return queue ? queue.next - queue.first : 0;
};

describe('a webhook', () => {
  test('gets what S3 would send, signed with the secret', async () => {
    await using hook = await startHook();
    await using store = await openStore();
    await using notifications = start(store, { hook: { kind: 'webhook', url: hook.url, secret: 'known to both' } });
    const at = Date.now();
    await store.put('holiday/Ångström (1)+2.jpg', 'e1', at);
    await until('the notification', () => hook.taken.length === 1);
    const [received] = hook.taken;
    expect(JSON.parse(received?.body ?? '')).toEqual({
      Records: [
        {
          eventVersion: '2.2',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          eventTime: new Date(at).toISOString(),
          eventName: 'ObjectCreated:Put',
          userIdentity: { principalId: 'user_ada' },
          requestParameters: { sourceIPAddress: '192.0.2.1' },
          responseElements: { 'x-amz-request-id': 'req_1', 'x-amz-id-2': 'req_1' },
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'all',
            bucket: { name: 'photos', ownerIdentity: { principalId: 'ada' }, arn: 'arn:aws:s3:::photos' },
            object: {
              key: 'holiday/%C3%85ngstr%C3%B6m+%281%29%2B2.jpg',
              size: 5,
              eTag: 'e1',
              sequencer: '0000000000000001',
            },
          },
        },
      ],
    });
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-bramble-delivery': `${HOOK}#1`,
      'x-bramble-event': 'ObjectCreated:Put',
      'x-bramble-signature-256': signatureOf(received?.body ?? '', 'known to both'),
    });
    await until('the settling', () => pending(store.view) === 0);
    expect(await notifications.metrics.metrics()).toContain(`bramble_notifications_delivered_total{target="${HOOK}"`);
  });

  test('that fails gets it again, each object in its order, and others meanwhile', async () => {
    let isBroken = true;
    await using hook = await startHook(({ key }) => (isBroken && key === 'sick' ? 500 : 200));
    await using store = await openStore();
    await using _ = start(store, { hook: { kind: 'webhook', url: hook.url } });
    await store.put('sick', 'first');
    await store.put('sick', 'second');
    for (let n = 0; n < 40; n += 1) await store.put(`well-${n}`);
    await until('the others', () => hook.taken.length === 40);
    isBroken = false;
    await until('the late ones', () => hook.taken.length === 42);
    const late = hook.taken.filter(({ key }) => key === 'sick');
    expect(late.map(({ body }) => JSON.parse(body).Records[0].s3.object.eTag)).toEqual(['first', 'second']);
    expect(new Set(hook.taken.map(({ headers }) => headers['x-bramble-delivery'])).size).toBe(42);
  });

  test('that was away gets all of it after a restart, and after that no more', async () => {
    await using hook = await startHook();
    await using store = await openStore();
    {
      await using _ = start(store, { hook: { kind: 'webhook', url: 'http://127.0.0.1:9/' } });
      for (let n = 0; n < 30; n += 1) await store.put(`key-${n}`);
    }
    expect(pending(store.view)).toBe(30);
    {
      await using _ = start(store, { hook: { kind: 'webhook', url: hook.url } });
      await until('all of them', () => hook.taken.length === 30);
    }
    expect(pending(store.view)).toBe(0);
    {
      await using _ = start(store, { hook: { kind: 'webhook', url: hook.url } });
      await store.put('last');
      await until('the last', () => hook.taken.length === 31);
    }
    expect(hook.keys().sort()).toEqual([...Array.from({ length: 30 }, (_, n) => `key-${n}`), 'last'].sort());
  });

  test('that refuses one for good is not asked again, and gets the next', async () => {
    await using hook = await startHook(({ key }) => (key === 'bad' ? 400 : 200));
    await using store = await openStore();
    await using notifications = start(store, { hook: { kind: 'webhook', url: hook.url } });
    await store.put('bad');
    await store.put('good');
    await until('both', () => hook.all.length === 2 && pending(store.view) === 0);
    expect(hook.keys()).toEqual(['good']);
    expect(await notifications.metrics.metrics()).toMatch(/dropped_total\{[^}]*reason="refused"[^}]*\} 1/);
  });

  test('that never answers does not keep control from stopping', async () => {
    await using hook = await startHook(() => undefined);
    await using store = await openStore();
    const notifications = start(store, { hook: { kind: 'webhook', url: hook.url } });
    await store.put('a');
    await until('the request', () => hook.all.length === 1);
    const before = performance.now();
    await notifications[Symbol.asyncDispose]();
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(pending(store.view)).toBe(1);
  });
});

describe('what nobody takes', () => {
  test('is dropped after a day', async () => {
    await using hook = await startHook();
    await using store = await openStore();
    const clock = new ManualClock();
    const day = 24 * 3_600_000;
    await store.put('old', 'e1', clock.now());
    await clock.advance(day + 1);
    await store.put('new', 'e1', clock.now());
    await using notifications = start(store, { hook: { kind: 'webhook', url: hook.url } }, clock);
    await until('the new one', () => hook.taken.length === 1);
    expect(hook.keys()).toEqual(['new']);
    expect(await notifications.metrics.metrics()).toMatch(/dropped_total\{[^}]*reason="too-old"[^}]*\} 1/);
  });

  test('is dropped when its target is configured no more', async () => {
    await using store = await openStore();
    await store.put('a');
    await using _ = start(store, {});
    await until('the queue to be empty', () => pending(store.view) === 0);
  });
});

describe('a broker', () => {
  test('is published to, and to another one once the first is gone', async () => {
    await using store = await openStore(BROKER);
    const first = await startBroker();
    await using _ = start(store, { broker: { kind: 'mqtt', url: first.url, topic: 'bramble/events' } });
    await using listener = await listen(first.url, 'bramble/#');
    await store.put('a');
    await until('the first', () => listener.messages.length === 1);
    expect(listener.messages[0]).toMatchObject({ topic: 'bramble/events', qos: 1, key: 'a' });
    await first[Symbol.asyncDispose]();
    await store.put('b');
    await store.put('c');
    await using second = await startBroker(first.port);
    await using again = await listen(second.url, 'bramble/#');
    // One that was acknowledged to nobody may have reached the broker that listens by now before the listener did.
    await until('the queue to be empty', () => pending(store.view, BROKER) === 0);
    await store.put('d');
    await until('the last', () => again.messages.some(({ key }) => key === 'd'));
  });
});

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Mosquitto, which `test/system-packages.ts` installs. */
async function startBroker(given?: number) {
  const port = given ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'bramble-broker-'));
  await writeFile(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const child = spawn('/usr/sbin/mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const url = `mqtt://127.0.0.1:${port}`;
  let isUp = false;
  const end = performance.now() + 10_000;
  while (!isUp) {
    if (performance.now() > end || child.exitCode !== null) throw new Error('The broker did not start.');
    isUp = await connectAsync(url, { reconnectPeriod: 0 }, false).then(
      async (client) => {
        await client.endAsync(true);
        return true;
      },
      () => false,
    );
  }
  return {
    url,
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(url: string, topic: string) {
  const messages: { topic: string; qos: number; key: string }[] = [];
  const client = await connectAsync(url, { reconnectPeriod: 0 }, false);
  client.on('error', () => undefined);
  client.on('message', (name, payload, { qos }) => {
    messages.push({ topic: name, qos, key: JSON.parse(payload.toString()).Records[0].s3.object.key });
  });
  await client.subscribeAsync(topic, { qos: 1 });
  return { messages, [Symbol.asyncDispose]: () => client.endAsync(true) };
}
