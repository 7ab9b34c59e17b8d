import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NotFound, Unavailable } from '../../../common/errors/index.ts';
import { TestGateway } from '../../test-gateway.ts';
import { answerText } from './answer.ts';
import { S3Error } from './errors/index.ts';
import { readDocumentBytes } from './read-body.ts';
import { testDoor } from './test-door.ts';

let server: TestGateway;
let port = 0;

beforeAll(async () => {
  const door = testDoor({
    GetObject: async (_tools, request) => {
      if (request.key === 'not-modified') throw new S3Error('NotModified', { headers: { etag: '"x"' } });
      if (request.key === 'missing') throw new NotFound('No.', { code: 'no-such-key' });
      if (request.key === 'away') throw new Unavailable('Control is away.');
      if (request.key === 'broken') throw new Error('secret=1');
      if (request.key === 'silent') return;
      await answerText(request, 'text/plain; charset=utf-8', JSON.stringify([request.bucket, request.key]));
    },
    HeadObject: async () => {
      throw new NotFound('No.', { code: 'no-such-key' });
    },
    PutObject: async (_tools, request) => {
      if (request.key === 'refused') throw new S3Error('AccessDenied');
      const bytes = await readDocumentBytes(request);
      await answerText(request, 'text/plain', String(bytes.length));
    },
  });
  server = await TestGateway.start({ s3: door, settings: { s3: { httpPort: 0, port: 0 } } });
  port = server.gateway.s3Ports.http ?? 0;
});
afterAll(() => server[Symbol.asyncDispose]());

/** Bytes as they are, and whatever comes until the answer has ended. */
async function raw(text: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.end(text);
  const pieces: Buffer[] = [];
  for await (const piece of socket as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const get = (path: string, more = '') => raw(`GET ${path} HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`);

describe('a path is handed on as it was sent', () => {
  test.each([
    ['/b/a/../c', ['b', 'a/../c']],
    ['/b/./%2e%2e//', ['b', './..//']],
    ['/b/a%2Fb', ['b', 'a/b']],
    ['/b/a+b%20c', ['b', 'a+b c']],
    ['/b/%00', 'InvalidURI'],
    ['/b/%ff', 'InvalidURI'],
    ['/b/%5c..%5c', ['b', '\\..\\']],
    ['/b/%C3%BC%0A', ['b', 'ü\n']],
    ['http://other.example/b/k', ['b', 'k']],
  ])('%j', async (path, expected) => {
    const host = path.startsWith('http') ? 'other.example' : 'x';
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    if (typeof expected === 'string') expect(answer).toContain(`<Code>${expected}</Code>`);
    else expect(answer).toContain(JSON.stringify(expected));
  });

  test('by virtual host on the HTTPS port, over HTTP/2', async () => {
    const session = connectHttp2(`https://localhost:${server.gateway.httpsPort}`, {
      ca: server.authority.authorityPem,
    });
    const stream = session.request({ ':authority': 'bucket.s3.localhost', ':path': '/a/../%2e//' });
    const [headers] = (await once(stream, 'response')) as [Record<string, string>];
    stream.setEncoding('utf8');
    let body = '';
    for await (const piece of stream) body += piece;
    session.close();
    expect(headers).toMatchObject({ ':status': 200, server: 'Bramble', 'x-amz-id-2': 'here' });
    expect(headers).not.toHaveProperty('content-security-policy');
    expect(headers['x-amz-request-id']).toMatch(/^req_/);
    expect(JSON.parse(body)).toEqual(['bucket', 'a/.././/']);
  });
});

describe(`errors are S3's own (S3 API Reference, "REST error responses")`, () => {
  test.each([
    ['/b/missing', 404, 'NoSuchKey', '<Key>missing</Key>'],
    ['/b/away', 503, 'ServiceUnavailable', '<Message>Control is away.</Message>'],
    ['/b/broken', 500, 'InternalError', '<Resource>/b/broken</Resource>'],
    ['/b/silent', 500, 'InternalError', '<HostId>here</HostId>'],
    ['/b/k?legal-hold', 501, 'NotImplemented', '<Resource>/b/k</Resource>'],
    [`/b/${'k'.repeat(1025)}`, 400, 'KeyTooLongError', '<MaxSizeAllowed>1024</MaxSizeAllowed>'],
    [`/b/k?x=${'k'.repeat(9000)}`, 414, 'URITooLong', '<RequestId>'],
  ])('%s', async (path, status, code, part) => {
    const answer = await get(path);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain('content-type: application/xml');
    expect(answer).toContain(`<Error><Code>${code}</Code>`);
    expect(answer).toContain(part);
    expect(answer).not.toContain('secret');
    const [, id] = /x-amz-request-id: (\S+)/.exec(answer) ?? [];
    expect(answer).toContain(`<RequestId>${id}</RequestId>`);
  });

  test('a HEAD has no body', async () => {
    const answer = await raw('HEAD /b/k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  test('304 has headers alone', async () => {
    const answer = await get('/b/not-modified');
    expect(answer).toMatch(/^HTTP\/1\.1 304 /);
    expect(answer).toContain('etag: "x"');
    expect(answer).not.toContain('content-type');
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  test.each([
    ['two hosts', 'GET /b/k HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n', 400, 'InvalidRequest'],
    ['two lengths', 'PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\nConnection: close\r\n\r\nx', 400, ''],
    ['no method of S3', 'PATCH /b/k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, 'MethodNotAllowed'],
    ['no method at all', 'TRACE /b/k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, 'MethodNotAllowed'],
    [
      'a websocket',
      'GET /b/k HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
      501,
      'NotImplemented',
    ],
  ])('%s', async (_what, text, status, code) => {
    const answer = await raw(text);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    if (code) expect(answer).toContain(`<Code>${code}</Code>`);
  });

  test.each([
    ['x-amz-server-side-encryption: AES256', 'PUT', 501, 'NotImplemented'],
    ['x-amz-server-side-encryption-customer-algorithm: AES256', 'GET', 501, 'NotImplemented'],
    ['x-amz-server-side-encryption: AES256', 'GET', 400, 'InvalidArgument'],
    ['x-amz-grant-read: id=1', 'PUT', 501, 'NotImplemented'],
    ['x-amz-object-lock-mode: GOVERNANCE', 'PUT', 400, 'InvalidRequest'],
  ])('%s on %s', async (header, method, status, code) => {
    const answer = await raw(
      `${method} /b/k HTTP/1.1\r\nHost: x\r\n${header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain(`<Code>${code}</Code>`);
  });
});

describe('a body that is announced by Expect', () => {
  async function put(key: string): Promise<{ isInvited: boolean; status: number }> {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      path: `/b/${key}`,
      method: 'PUT',
      headers: { expect: '100-continue', 'content-length': 5 },
    });
    let isInvited = false;
    request.on('continue', () => {
      isInvited = true;
      request.end('12345');
    });
    request.flushHeaders();
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    await once(response, 'end');
    request.destroy();
    return { isInvited, status: response.statusCode ?? 0 };
  }

  test('is invited when the operation reads it', async () => {
    expect(await put('k')).toEqual({ isInvited: true, status: 200 });
  });

  test('is not when the operation refuses it', async () => {
    expect(await put('refused')).toEqual({ isInvited: false, status: 403 });
  });
});

test("what was asked is counted and logged by S3's name for it", async () => {
  await get('/b/missing');
  await expect
    .poll(() => server.lines.some((line) => line.operation === 'GetObject' && line.status === 404))
    .toBe(true);
});

test("other hosts of the HTTPS port are not the door's", async () => {
  const answer = await server.raw('GET /b/k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect(answer.head).not.toContain('x-amz-request-id');
});
