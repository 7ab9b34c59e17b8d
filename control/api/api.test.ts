import { hc } from 'hono/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestBramble } from '../account/test-accounts.ts';
import type { Api } from './public-api.ts';

let bramble: TestBramble;
beforeAll(async () => {
  bramble = await TestBramble.start();
});
afterAll(async () => {
  await bramble[Symbol.asyncDispose]();
});

describe('errors of the API', () => {
  test('are problems with the request id; an unknown one shows nothing of the inside', async () => {
    const failed = await bramble.call('GET', '/api/probe/fail');
    expect(failed.status).toBe(500);
    expect(failed.headers.get('content-type')).toBe('application/problem+json');
    expect(failed.body).toMatchObject({ type: 'urn:bramble:problem:internal', requestId: 'request-1' });
    expect(JSON.stringify(failed.body)).not.toContain('inside of');
  });

  test('name the fields that are wrong', async () => {
    const { status, body } = await bramble.call('POST', '/api/account/login', { body: { name: 7, pasword: 'x' } });
    expect(status).toBe(400);
    expect(Object.keys(body.errors as object).sort()).toEqual(['name', 'password', 'pasword']);
  });

  test('say so when the body is no JSON, the path is none, or the method is another', async () => {
    const noJson = await bramble.api.request('/api/account/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":',
    });
    expect(noJson.status).toBe(400);
    expect(noJson.headers.get('content-type')).toBe('application/problem+json');
    expect((await bramble.call('GET', '/api/nothing')).status).toBe(404);
    expect((await bramble.call('GET', '/api/account/login')).status).toBe(405);
  });

  test('challenge whoever sends no valid credential', async () => {
    const answer = await bramble.call('GET', '/api/account/me', { token: 'not-a-token' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    const basic = await bramble.call('GET', '/api/account/me', { headers: { authorization: 'Basic abc' } });
    expect(basic.status).toBe(401);
    expect((await bramble.call('GET', '/api/status')).status).toBe(401);
  });

  test('an expired credential does not keep anyone from logging in', async () => {
    const { password } = await bramble.person('again');
    const answer = await bramble.call('POST', '/api/account/login', {
      token: 'whatever-was-there',
      body: { name: 'again', password },
    });
    expect(answer.status).toBe(200);
  });
});

test('any valid credential may ask who it is, and nothing else that its scopes do not give', async () => {
  const { accessToken } = await bramble.person('scoped');
  const made = await bramble.call('POST', '/api/account/tokens', {
    token: accessToken,
    body: { name: 'backup', scopes: ['storage:read'], namespace: 'scoped' },
  });
  const token = String(made.body.token);
  const me = await bramble.call('GET', '/api/account/me', { token });
  expect(me).toMatchObject({
    status: 200,
    body: {
      user: { name: 'scoped' },
      namespaces: [{ name: 'scoped', role: 'owner' }],
      via: 'token',
      scopes: ['storage:read'],
    },
  });
  expect((await bramble.call('GET', '/api/account/tokens', { token })).status).toBe(403);
  expect((await bramble.call('GET', '/api/account/me')).status).toBe(401);
});

describe('Idempotency-Key', () => {
  const create = (token: string, name: string, key: string) =>
    bramble.call('POST', '/api/account/tokens', {
      token,
      body: { name, scopes: ['*'] },
      headers: { 'idempotency-key': key },
    });

  test('the same key and body give the same answer, secret and all, and are done once', async () => {
    const { accessToken } = await bramble.person('ida');
    const first = await create(accessToken, 'one', 'key-1');
    const second = await create(accessToken, 'one', 'key-1');
    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 201, body: first.body });
    const listed = await bramble.call('GET', '/api/account/tokens', { token: accessToken });
    expect(listed.body.items).toHaveLength(1);
    const rows = await bramble.records.query<{ answer: Uint8Array }>('SELECT answer FROM bramble_local.idempotency');
    for (const { answer } of rows) expect(Buffer.from(answer).includes(String(first.body.token))).toBe(false);
  });

  test('the same key with another body is refused, and another person may use the same key', async () => {
    const [ada, bob] = [await bramble.person('ada'), await bramble.person('bob')];
    await create(ada.accessToken, 'one', 'key-2');
    expect(await create(ada.accessToken, 'two', 'key-2')).toMatchObject({
      status: 422,
      body: { type: 'urn:bramble:problem:idempotency-key-reused' },
    });
    expect((await create(bob.accessToken, 'two', 'key-2')).status).toBe(201);
  });

  test('a refusal is repeated as it was; after a day the key is new again', async () => {
    const { accessToken, password } = await bramble.person('greta');
    const taken = () =>
      bramble.call('POST', '/api/account/namespaces', {
        token: accessToken,
        body: { name: 'greta' },
        headers: { 'idempotency-key': 'key-3' },
      });
    expect((await taken()).status).toBe(409);
    expect((await taken()).status).toBe(409);
    const first = await create(accessToken, 'one', 'key-4');
    bramble.clock.advance(24 * 3_600_000);
    const login = await bramble.call('POST', '/api/account/login', { body: { name: 'greta', password } });
    const second = await create(String(login.body.accessToken), 'one', 'key-4');
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });
});

test('/openapi.json describes every route, and /docs shows it without anything from elsewhere', async () => {
  const { body } = await bramble.call('GET', '/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const paths = Object.keys(body.paths as object);
  expect(paths).toEqual(
    expect.arrayContaining(['/api/account/login', '/api/account/namespaces/{ns}/members/{user}', '/api/status']),
  );
  const docs = await bramble.call('GET', '/docs');
  expect(docs.status).toBe(200);
  expect(String(docs.body.text)).toContain('/api/account/login');
  expect(String(docs.body.text)).not.toMatch(/<script|src=|https?:\/\/(?!json-schema)/);
});

test('/api/status says what control knows', async () => {
  const { accessToken } = await bramble.person('stat');
  const { status, body } = await bramble.call('GET', '/api/status', { token: accessToken });
  expect(status).toBe(200);
  expect(body).toMatchObject({ bramble: 'test', processes: [{ role: 'control', state: 'ready' }] });
});

test('a typed client needs nothing but the type of the API', async () => {
  const { password } = await bramble.person('typed');
  const client = hc<Api>('http://bramble.test', {
    fetch: async (input: URL | RequestInfo, init?: RequestInit) => await bramble.api.request(String(input), init),
  });
  const answer = await client.api.account.login.$post({ json: { name: 'typed', password } });
  const grant = await answer.json();
  expect('accessToken' in grant && grant.user.name).toBe('typed');
});
