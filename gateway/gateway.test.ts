import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import type { InternalRequest } from '../common/internal/index.ts';
import { TestGateway } from './test-gateway.ts';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function ask(
  server: TestGateway,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { authority, gateway } = server;
  const request = httpsRequest(
    `https://localhost:${gateway.httpsPort}${path}`,
    { ca: authority.authorityPem, method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false },
    (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    },
  );
  request.on('error', reject);
  request.end(options.body);
  return promise;
}

const echo = async ({ request, response }: InternalRequest) => {
  const { method, url, headers } = request;
  const body = await text(request);
  response.writeHead(201, { 'content-type': 'application/json', connection: 'keep-alive, x-secret', 'x-secret': '1' });
  response.end(JSON.stringify({ method, url, headers, body }));
};

describe('requests for control', () => {
  test('pass with their bodies, the caller’s address and the request id, and nothing of the connection', async () => {
    await using server = await TestGateway.start({ control: echo });
    const answer = await ask(server, '/api/account/login?x=%20', {
      method: 'POST',
      body: '{"name":"ada"}',
      headers: {
        authorization: 'Bearer abc',
        connection: 'close, x-hop',
        'x-hop': '1',
        'x-forwarded-for': '6.6.6.6',
        'x-request-id': 'mine-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'content-type': 'application/json',
      },
    });
    expect(answer.status).toBe(201);
    const seen = JSON.parse(answer.body);
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/api/account/login?x=%20',
      body: '{"name":"ada"}',
      headers: {
        authorization: 'Bearer abc',
        'x-forwarded-for': '127.0.0.1',
        'x-request-id': 'mine-1',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    expect(seen.headers).not.toHaveProperty('x-hop');
    expect(answer.headers).not.toHaveProperty('x-secret');
    expect(answer.headers['x-request-id']).toBe('mine-1');
  });

  test('a malformed request id or trace is replaced', async () => {
    await using server = await TestGateway.start({ control: echo });
    const answer = await ask(server, '/api/x', { headers: { 'x-request-id': 'a b', traceparent: '00-zz' } });
    const { headers } = JSON.parse(answer.body);
    expect(headers['x-request-id']).toMatch(/^req_/);
    expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  test('control’s own refusals pass as they are', async () => {
    await using server = await TestGateway.start({
      control: async ({ response }) => {
        response.writeHead(409, { 'content-type': 'application/problem+json' }).end('{"type":"t"}');
      },
    });
    expect(await ask(server, '/api/x')).toMatchObject({ status: 409, body: '{"type":"t"}' });
  });

  test('wait while control restarts, and are answered when it is back', async () => {
    await using server = await TestGateway.start({ control: echo });
    await server.stopControl();
    const [get, post] = [ask(server, '/api/a'), ask(server, '/api/b', { method: 'POST', body: 'held' })];
    await vi.waitFor(() => expect(server.lines.some(({ msg }) => msg === 'control does not answer')).toBe(true));
    await server.startControl();
    expect((await get).status).toBe(201);
    expect(JSON.parse((await post).body).body).toBe('held');
  });

  test('get a 503 with the reason when control stays away', async () => {
    await using server = await TestGateway.start({ settings: { limits: { controlWait: '300ms' } } });
    await server.stopControl();
    const answer = await ask(server, '/api/a');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(JSON.parse(answer.body).type).toBe('urn:bramble:problem:control-unavailable');
    expect((await ask(server, '/health')).status).toBe(200);
    expect(await ask(server, '/ready')).toMatchObject({ status: 503, body: expect.stringContaining('control') });
  });

  test('a POST that control may have begun is not sent twice', async () => {
    let calls = 0;
    await using server = await TestGateway.start({
      control: async ({ response }) => {
        calls += 1;
        response.destroy();
      },
    });
    expect((await ask(server, '/api/x', { method: 'POST', body: 'a' })).status).toBe(503);
    expect(calls).toBe(1);
  });

  test('events pass one by one, and a caller who leaves is seen by control', async () => {
    const gone = Promise.withResolvers<void>();
    const next = Promise.withResolvers<void>();
    await using server = await TestGateway.start({
      control: async ({ response, signal }) => {
        signal.addEventListener('abort', () => gone.resolve());
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        await next.promise;
        response.write('data: 1\n\n');
      },
    });
    const request = httpsRequest(`https://localhost:${server.gateway.httpsPort}/api/events`, {
      ca: server.authority.authorityPem,
      agent: false,
    }).end();
    const [response] = await once(request, 'response');
    next.resolve();
    const [event] = await once(response, 'data');
    expect(String(event)).toBe('data: 1\n\n');
    request.destroy();
    await gone.promise;
  });

  test('a body larger than what is held streams through', async () => {
    await using server = await TestGateway.start({ control: echo });
    const body = 'a'.repeat(500_000);
    expect(JSON.parse((await ask(server, '/api/x', { method: 'PUT', body })).body).body).toBe(body);
  });
});

describe('before control is up', () => {
  test('the gateway listens, says what it waits for, and is ready once control answers', async () => {
    await using server = await TestGateway.start({
      withoutControl: true,
      settings: { limits: { controlWait: '200ms' } },
    });
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest(`http://127.0.0.1:${server.gateway.httpPort}/ready`, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toBe(503);
    await server.startControl();
    await server.gateway.whenReady(AbortSignal.timeout(5_000));
    expect((await ask(server, '/ready')).status).toBe(200);
  });
});

describe('the public certificate', () => {
  test('is renewed at half of its life, without ending a connection', async () => {
    let issued = 0;
    await using server = await TestGateway.start({
      certificateValidity: () => {
        issued += 1;
        const now = Date.now();
        return issued === 1
          ? { validFromMs: now - 60_000, validToMs: now + 60_000 }
          : { validFromMs: now - 1_000, validToMs: now + 86_400_000 };
      },
    });
    const old = await server.connect();
    const serial = old.getPeerX509Certificate()?.serialNumber;
    await vi.waitFor(
      async () => {
        const fresh = await server.connect();
        const renewed = fresh.getPeerX509Certificate()?.serialNumber;
        fresh.destroy();
        expect(renewed).not.toBe(serial);
      },
      { timeout: 5_000 },
    );
    old.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [data] = await once(old, 'data');
    expect(String(data)).toMatch(/^HTTP\/1\.1 200/);
    old.destroy();
  });

  test('TLS 1.1 and ciphers without forward secrecy are refused', async () => {
    await using server = await TestGateway.start();
    for (const options of [
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1' },
      { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256:AES256-SHA' },
    ] as const) {
      const socket = connectTls({
        port: server.gateway.httpsPort,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: server.authority.authorityPem,
        ...options,
      });
      const [error] = await once(socket, 'error');
      expect(error).toBeInstanceOf(Error);
    }
  });
});

describe('HTTP/2', () => {
  const open = async (server: TestGateway) => {
    const session = connectHttp2(`https://localhost:${server.gateway.httpsPort}`, {
      ca: server.authority.authorityPem,
    });
    session.on('error', () => session.destroy());
    await once(session, 'remoteSettings');
    return session;
  };
  const get = async (session: Awaited<ReturnType<typeof open>>, headers: Record<string, string>, body?: string) => {
    const stream = session.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const [answer] = await once(stream, 'response');
    return { status: Number(answer[':status']), headers: answer as Record<string, string>, body: await text(stream) };
  };

  test('shares the port, and its requests pass to control with their bodies', async () => {
    await using server = await TestGateway.start({ control: echo });
    const session = await open(server);
    const answer = await get(session, { ':path': '/api/x', ':method': 'POST' }, 'hello');
    expect(answer.status).toBe(201);
    expect(answer.headers['x-request-id']).toMatch(/^req_/);
    expect(JSON.parse(answer.body)).toMatchObject({ method: 'POST', url: '/api/x', body: 'hello' });
    session.close();
  });

  test('an expectation is met whatever its case, and one that is unknown is ignored', async () => {
    await using server = await TestGateway.start({ control: echo });
    const session = await open(server);
    for (const [expectation, invitations] of [
      ['100-continue', 1],
      ['100-Continue', 1],
      ['200-ok', 0],
    ] as const) {
      const stream = session.request({ ':path': '/api/x', ':method': 'POST', expect: expectation });
      let invited = 0;
      stream.on('continue', () => {
        invited += 1;
      });
      stream.end('hello');
      const [answer] = await once(stream, 'response');
      expect([answer[':status'], JSON.parse(await text(stream)).body, invited]).toEqual([201, 'hello', invitations]);
    }
    session.close();
  });

  test('the first page names the address it was asked at, with its port, as over HTTP/1.1', async () => {
    await using server = await TestGateway.start();
    const session = await open(server);
    const page = await get(session, { ':path': '/' });
    expect(page.body).toContain(`bramble login https://localhost:${server.gateway.httpsPort}\n`);
    session.close();
  });

  test('path tricks, another host than the authority, and too many headers are refused', async () => {
    await using server = await TestGateway.start();
    const session = await open(server);
    expect((await get(session, { ':path': '/api/%2e%2e/x' })).status).toBe(400);
    expect((await get(session, { ':path': '/api/x', ':authority': 'localhost', host: 'evil' })).status).toBe(400);
    expect((await get(session, { ':path': '/', ':method': 'TRACE' })).status).toBe(405);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, '1']));
    expect((await get(session, { ':path': '/', ...many })).status).toBe(431);
    session.close();
  });

  test('no more streams at once than allowed', async () => {
    await using server = await TestGateway.start({ settings: { limits: { streamsPerConnection: 7 } } });
    const session = await open(server);
    expect(session.remoteSettings.maxConcurrentStreams).toBe(7);
    session.close();
  });
});

describe('the plain port', () => {
  const plain = async (server: TestGateway, path: string, headers: Record<string, string> = {}) => {
    const request = httpRequest({
      port: server.gateway.httpPort,
      host: '127.0.0.1',
      path,
      headers,
      agent: false,
    }).end();
    const [response] = await once(request, 'response');
    return { status: response.statusCode, location: response.headers.location, body: await text(response) };
  };

  test('sends everything to HTTPS but health checks', async () => {
    await using server = await TestGateway.start();
    const { httpsPort } = server.gateway;
    expect(await plain(server, '/a%20b?c=d', { host: 'localhost' })).toMatchObject({
      status: 308,
      location: `https://localhost:${httpsPort}/a%20b?c=d`,
    });
    expect((await plain(server, '/health')).status).toBe(200);
    expect((await plain(server, '/metrics')).status).toBe(308);
    expect((await plain(server, '/%0d%0aset-cookie:x')).status).toBe(400);
    expect((await plain(server, '/', { host: 'a/b' })).status).toBe(400);
  });
});

describe('limits', () => {
  test('an address past its rate gets a 429 that says when to come back', async () => {
    await using server = await TestGateway.start({
      settings: { limits: { perAddress: { perSecond: 0.5, burst: 2 } } },
    });
    expect((await ask(server, '/health')).status).toBe(200);
    expect((await ask(server, '/health')).status).toBe(200);
    const third = await ask(server, '/health');
    expect([third.status, third.headers['retry-after']]).toEqual([429, '2']);
  });

  test('a token past its rate gets a 429, and another token does not', async () => {
    await using server = await TestGateway.start({
      settings: { limits: { perPrincipal: { perSecond: 0.5, burst: 1 } } },
    });
    const status = async (token: string) =>
      (await ask(server, '/api/x', { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await status('a')).toBe(204);
    expect(await status('a')).toBe(429);
    expect(await status('b')).toBe(204);
  });

  test('connections past the limit of an address are cut before the handshake', async () => {
    await using server = await TestGateway.start({ settings: { limits: { connectionsPerAddress: 2 } } });
    const [one, two] = [await server.connect(), await server.connect()];
    await expect(server.connect()).rejects.toThrow();
    one.destroy();
    await vi.waitFor(async () => (await server.connect()).destroy());
    two.destroy();
  });

  test('are shown', async () => {
    await using server = await TestGateway.start();
    const { body } = await ask(server, '/api/limits');
    expect(JSON.parse(body)).toMatchObject({ apiBodyBytes: 1_048_576, bodyIdleTimeoutMs: 30_000 });
  });
});

describe('what every answer carries', () => {
  test('security headers; HSTS only for a name that is not local', async () => {
    await using local = await TestGateway.start();
    const page = await ask(local, '/');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/style-src 'sha256-.*frame-ancestors 'none'/),
    });
    expect(page.body).toContain(`bramble login https://localhost:${local.gateway.httpsPort}`);
    expect(page.headers).not.toHaveProperty('strict-transport-security');
    expect((await ask(local, '/.well-known/bramble/ca.pem')).body).toBe(local.authority.authorityPem);
    await using named = await TestGateway.start({ settings: { domain: 'example.org' } });
    expect((await ask(named, '/health')).headers).toHaveProperty('strict-transport-security');
  });

  test('other origins may call only when they are configured', async () => {
    await using server = await TestGateway.start({ settings: { cors: { origins: ['https://app.example'] } } });
    const preflight = (origin: string) =>
      ask(server, '/api/x', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } });
    const allowed = await preflight('https://app.example');
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, 'https://app.example']);
    expect((await preflight('https://evil.example')).status).toBe(403);
    const plain = await ask(server, '/api/x', { headers: { origin: 'https://evil.example' } });
    expect(plain.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('one log line, in which tokens are not', async () => {
    await using server = await TestGateway.start({
      routes: [{ method: 'GET', path: '/s/{token}', handle: async ({ response }) => void response.end('x') }],
    });
    await ask(server, '/s/geheim?also=geheim', { headers: { authorization: 'Bearer geheim' } });
    await vi.waitFor(() => {
      expect(server.lines).toContainEqual(
        expect.objectContaining({ level: 'debug', method: 'GET', path: '/s/{token}', status: 200, sentBytes: 1 }),
      );
    });
    expect(JSON.stringify(server.lines)).not.toContain('geheim');
  });

  test('a refusal does not cost a caller without a body the connection', async () => {
    await using server = await TestGateway.start();
    const socket = await server.connect();
    for (const [path, status] of [
      ['/nowhere', 404],
      ['/%2e%2e', 400],
      ['/health', 200],
    ]) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      const [data] = await once(socket, 'data');
      expect(Number(String(data).slice(9, 12))).toBe(status);
    }
    socket.destroy();
  });

  test('a handler that fails shows nothing of the inside', async () => {
    await using server = await TestGateway.start({
      routes: [{ method: 'GET', path: '/bug', handle: async () => Promise.reject(new Error('inner')) }],
    });
    const answer = await ask(server, '/bug');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('inner');
    await vi.waitFor(() =>
      expect(server.lines.some(({ level, status }) => level === 'error' && status === 500)).toBe(true),
    );
  });

  test('a handler that fails in the middle of its answer leaves no answer that looks whole', async () => {
    await using server = await TestGateway.start({
      routes: [
        {
          method: 'GET',
          path: '/half',
          handle: async ({ response }) => {
            response.write('half');
            throw new Error('inner');
          },
        },
      ],
    });
    await expect(ask(server, '/half')).rejects.toThrow();
    const session = connectHttp2(`https://localhost:${server.gateway.httpsPort}`, {
      ca: server.authority.authorityPem,
    });
    const stream = session.request({ ':path': '/half' });
    stream.resume();
    const [error] = await once(stream, 'error');
    expect(String(error)).toContain('INTERNAL_ERROR');
    session.close();
  });
});

describe('stopping', () => {
  test('lets what runs finish, asks callers to go, and cuts what does not end, in time', async () => {
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const server = await TestGateway.start({
      settings: { limits: { stopTimeout: '500ms' } },
      routes: [
        {
          method: 'GET',
          path: '/slow',
          handle: async ({ response }) => {
            begun.resolve();
            await release.promise;
            response.end('done');
          },
        },
        { method: 'GET', path: '/never', handle: () => new Promise(() => {}) },
      ],
    });
    const slow = ask(server, '/slow');
    const never = ask(server, '/never').catch((error: Error) => error);
    await begun.promise;
    await vi.waitFor(() => expect(server.gateway.openRequests).toBe(2));
    const startedMs = performance.now();
    const stopped = server[Symbol.asyncDispose]();
    release.resolve();
    const answer = await slow;
    expect([answer.body, answer.headers.connection]).toEqual(['done', 'close']);
    await stopped;
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    const cut = await never;
    if (!(cut instanceof Error)) expect(cut.status).toBe(503);
  });
});
