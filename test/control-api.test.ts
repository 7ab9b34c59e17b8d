/** Control's HTTP API as clients see it: through the gateway of a whole bramble. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBramble, type TestBramble } from './bramble.ts';
import { type Answer, TestClient } from './client.ts';
import { waitFor } from './wait-for.ts';

const disposals = new AsyncDisposableStack();
let bramble: TestBramble;
let client: TestClient;

beforeAll(async () => {
  bramble = disposals.use(await startBramble());
  client = disposals.use(new TestClient(bramble, (await bramble.login()).accessToken));
  await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'whole', visibility: 'private' });
  await client.send('PUT', '/api/storage/objects/admin/whole/kept', { body: 'kept' });
}, 60_000);

afterAll(() => disposals.disposeAsync());

const bodyOf = (answer: Answer): unknown =>
  answer.body.length === 0 ? null : JSON.parse(answer.body.toString('utf8'));

describe('what control knows', () => {
  test('status tells control, gateway and chunkservers, from the first moment on', async () => {
    interface Status {
      processes: { role: string; node: string; state: string }[];
    }
    const roles = async () => {
      const { processes } = await client.json<Status>('GET', '/api/status');
      return processes.map(({ role, state }) => `${role} ${state}`).sort();
    };
    expect((await roles()).map((text) => text.split(' ')[0])).toEqual([
      ...['chunkserver', 'chunkserver', 'chunkserver'],
      'control',
      'gateway',
    ]);
    await waitFor('all are ready', async () => (await roles()).every((text) => text.endsWith(' ready')));
    const storage = await client.json<{ chunkservers: { standing: string }[]; checksumFaults: number }>(
      'GET',
      '/api/storage/status',
    );
    expect(storage.chunkservers.map(({ standing }) => standing)).toEqual(['writable', 'writable', 'writable']);
    expect(storage.checksumFaults).toBe(0);
  });

  test('the description and its page come through the gateway, without anything from elsewhere', async () => {
    const description = await client.json<{ openapi: string; paths: object }>('GET', '/openapi.json');
    expect(description.openapi).toBe('3.1.0');
    expect(Object.keys(description.paths)).toContain('/api/storage/shares/{id}');
    const page = await client.send('GET', '/docs');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body.toString('utf8')).toContain('color-scheme: light dark');
  });

  test('a token for storage alone may ask who it is', async () => {
    const { token } = await client.json<{ token: string }>('POST', '/api/account/tokens', {
      name: 'storage alone',
      scopes: ['storage:read'],
    });
    await using other = new TestClient(bramble, token);
    const me = await other.json<{ namespaces: { name: string }[] }>('GET', '/api/account/me');
    expect(me.namespaces.map(({ name }) => name)).toEqual(['admin']);
  });
});

describe('Idempotency-Key', () => {
  const from = { namespace: 'admin', bucket: 'whole', key: 'kept' };
  const writes: [name: string, method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object][] = [
    ['a user', 'POST', '/api/account/users', { name: 'ida' }],
    ['a change of a user', 'PATCH', '/api/account/users/ida', { resetPassword: true }],
    ['a token', 'POST', '/api/account/tokens', { name: 'once', scopes: ['*'] }],
    ['an access key', 'POST', '/api/account/access-keys', { namespace: 'admin', name: 'once' }],
    ['a namespace', 'POST', '/api/account/namespaces', { name: 'team' }],
    ['a member', 'PUT', '/api/account/namespaces/team/members/ida', { role: 'reader' }],
    ['a member gone', 'DELETE', '/api/account/namespaces/team/members/ida'],
    ['a namespace gone', 'DELETE', '/api/account/namespaces/team'],
    ['a bucket', 'POST', '/api/storage/buckets', { namespace: 'admin', name: 'once' }],
    ['a change of a bucket', 'PATCH', '/api/storage/buckets/admin/once', { visibility: 'public' }],
    ['a bucket gone', 'DELETE', '/api/storage/buckets/admin/once'],
    ['a copy', 'POST', '/api/storage/copy', { from, to: { ...from, key: 'copied' } }],
    ['a move', 'POST', '/api/storage/move', { from: { ...from, key: 'copied' }, to: { ...from, key: 'moved' } }],
    ['a share', 'POST', '/api/storage/shares', from],
    ['an object gone', 'DELETE', '/api/storage/objects/admin/whole/moved'],
  ];

  test.each(writes)('%s: sent twice, done once, answered alike', async (name, method, path, body) => {
    const headers = { 'idempotency-key': `key of ${name}`.replaceAll(' ', '-') };
    const send = () => client.send(method, path, { headers, ...(body && { body }) });
    const commands = async () =>
      (await client.json<{ head: { height: number } }>('POST', '/api/audit/verify', {})).head;
    const first = await send();
    expect(first.status, first.body.toString('utf8')).toBeLessThan(300);
    const after = await commands();
    const second = await send();
    expect(second.status).toBe(first.status);
    expect(bodyOf(second)).toEqual(bodyOf(first));
    expect(second.headers.etag).toBe(first.headers.etag);
    const again = await client.send(method, path, { headers, body: { ...body, other: true } });
    expect(again.status).toBe(422);
    expect(await commands()).toEqual(after);
  });
});

describe('If-Match', () => {
  const resources: [
    name: string,
    path: string,
    make: [path: string, body: object],
    change: ['PATCH' | 'PUT', string, object],
  ][] = [
    [
      'buckets',
      '/api/storage/buckets/admin/tagged',
      ['/api/storage/buckets', { namespace: 'admin', name: 'tagged' }],
      ['PATCH', '/api/storage/buckets/admin/tagged', { visibility: 'public' }],
    ],
    [
      'users',
      '/api/account/users/greta',
      ['/api/account/users', { name: 'greta' }],
      ['PATCH', '/api/account/users/greta', { isDisabled: true }],
    ],
    [
      'namespaces',
      '/api/account/namespaces/tagged',
      ['/api/account/namespaces', { name: 'tagged' }],
      ['PUT', '/api/account/namespaces/tagged/members/ida', { role: 'reader' }],
    ],
  ];

  test.each(resources)(
    '%s: a change or deletion on what was read earlier is refused',
    async (_, path, make, change) => {
      const made = await client.send('POST', make[0], { body: make[1] });
      expect(made.status).toBe(201);
      const stale = String((await client.send('GET', path)).headers.etag);
      expect(made.headers.etag).toBe(stale);
      const [method, changePath, body] = change;
      const changed = await client.send(method, changePath, { body, headers: { 'if-match': stale } });
      expect(changed.status).toBe(200);
      const fresh = String((await client.send('GET', path)).headers.etag);
      expect(fresh).toBe(changed.headers.etag);
      expect(fresh).not.toBe(stale);
      expect((await client.send(method, changePath, { body, headers: { 'if-match': stale } })).status).toBe(412);
      expect((await client.send('DELETE', path, { headers: { 'if-match': stale } })).status).toBe(412);
      // A user goes only after the namespace that is theirs alone.
      if (path.includes('/users/')) await client.send('DELETE', '/api/account/namespaces/greta');
      expect((await client.send('DELETE', path, { headers: { 'if-match': fresh } })).status).toBe(204);
    },
  );
});

test('a body without a length told, an empty DELETE and one with a body all arrive', async () => {
  const chunked = Readable.from([JSON.stringify({ namespace: 'admin', name: 'chunked' })]);
  const headers = { 'content-type': 'application/json' };
  expect((await client.send('POST', '/api/storage/buckets', { body: chunked, headers })).status).toBe(201);
  expect((await client.send('DELETE', '/api/storage/buckets/admin/chunked', { body: {} })).status).toBe(204);
  expect((await client.send('DELETE', '/api/storage/buckets/admin/chunked')).status).toBe(404);
});
