import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAnswer, TestGateway } from './test-gateway.ts';

const LIMITS = {
  headerBytes: '8KiB',
  urlBytes: '2KiB',
  headerCount: 40,
  headersTimeout: '500ms',
  bodyIdleTimeout: '400ms',
  bodyMinBytesPerSecond: 1000,
  apiBodyBytes: 1000,
};
const HOST = 'Host: localhost\r\n';

let server: TestGateway;
beforeAll(async () => {
  server = await TestGateway.start({
    settings: { limits: LIMITS },
    routes: [
      {
        method: 'PUT',
        path: '/sink/{name}',
        body: 'bulk',
        handle: async ({ request, response }) => {
          let size = 0;
          for await (const piece of request as AsyncIterable<Buffer>) size += piece.length;
          response.writeHead(200, { 'content-length': String(size).length });
          response.end(String(size));
        },
      },
    ],
  });
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a request that is not what it seems is refused with a problem', () => {
  test.each<[string, string, number]>([
    ['dot segments', `GET /api/../x HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['encoded dot segments', `GET /api/%2e%2E/x HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a single dot', `GET /api/./x HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an encoded slash', `GET /api/a%2fb HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an encoded backslash', `GET /api/a%5Cb HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a backslash', `GET /api/a\\b HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an encoded NUL', `GET /api/a%00 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a raw NUL', `GET /api/a\0b HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a raw control character', `GET /api/a\x01b HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an invalid percent', `GET /api/%zz HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['invalid UTF-8', `GET /api/%c0%af HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['raw bytes past ASCII', `GET /api/\xe9 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an absolute target of another host', `GET https://evil/ HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an absolute target of another port', `GET https://localhost:1/ HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an authority as target', `CONNECT evil:443 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['an asterisk as target', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two hosts', `GET / HTTP/1.1\r\n${HOST}Host: evil\r\n\r\n`, 400],
    ['the same host twice', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
    ['a host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['an empty host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
    [
      'both framings',
      `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'both framings the other way round',
      `PUT /sink/a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['two lengths', `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
    ['the same length twice', `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`, 400],
    ['a negative length', `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`, 400],
    ['a length with a sign', `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: +1\r\n\r\na`, 400],
    ['a list of lengths', `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\n\r\na`, 400],
    ['a space before the colon', `GET / HTTP/1.1\r\n${HOST}X : 1\r\n\r\n`, 400],
    ['a folded header', `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400],
    ['a bare line feed', `GET / HTTP/1.1\n${HOST}\n`, 400],
    ['a header with a bare carriage return', `GET / HTTP/1.1\r\n${HOST}X: a\rb\r\n\r\n`, 400],
    ['an unknown method', `HACK / HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n`, 405],
    ['an unknown version', `GET / HTTP/3.0\r\n${HOST}\r\n`, 400],
    ['no HTTP at all', '\x16\x03\x01 hello\r\n\r\n', 400],
    [
      'another transfer encoding',
      `PUT /sink/a HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      501,
    ],
    ['chunked twice', `PUT /sink/a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, 400],
    ['an obscured encoding', `PUT /sink/a HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 501],
    ['chunked in HTTP/1.0', `PUT /sink/a HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['a bad chunk size', `PUT /sink/a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, 400],
    [
      'a huge chunk size',
      `PUT /sink/a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n`,
      400,
    ],
    ['a chunk without its end', `PUT /sink/a HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`, 400],
    ['a header too large', `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(12_000)}\r\n\r\n`, 431],
    ['too many headers', `GET / HTTP/1.1\r\n${HOST}${'X: 1\r\n'.repeat(60)}\r\n`, 431],
    ['a URL too large', `GET /${'a'.repeat(3_000)} HTTP/1.1\r\n${HOST}\r\n`, 414],
    ['a URL far too large', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 414],
    ['headers that never end', `GET / HTTP/1.1\r\n${HOST}`, 408],
    ['a body that never comes', `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nab`, 408],
    ['an API body too large', `POST /api/x HTTP/1.1\r\n${HOST}Content-Length: 1001\r\n\r\n`, 413],
    [
      'a chunked API body too large',
      `POST /api/x HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n400\r\n${'a'.repeat(1024)}\r\n`,
      413,
    ],
    [
      'a WebSocket',
      `GET /api/x HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      501,
    ],
    ['a strange authorization', `GET /api/x HTTP/1.1\r\n${HOST}Authorization: Basic YTpi\r\n\r\n`, 401],
    ['a path that is not there', `GET /nowhere HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['a method that a path does not have', `POST /sink/a HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`, 405],
  ])('%s', async (_name, request, status) => {
    const answer = await server.raw(Buffer.from(request, 'latin1'));
    expect(answer.status, answer.head).toBe(status);
    expect(answer.head).toMatch(/content-type: application\/problem\+json/i);
    expect(answer.head).toMatch(/x-request-id: \S+/i);
    expect(JSON.parse(answer.body)).toMatchObject({ status, requestId: expect.any(String) });
  });

  test('headers that trickle are cut, however busy the connection looks', async () => {
    const socket = await server.connect();
    socket.write(`GET / HTTP/1.1\r\n${HOST}`);
    const trickle = setInterval(() => socket.writable && socket.write('X: 1\r\n'), 50);
    const answer = await readAnswer(socket);
    clearInterval(trickle);
    expect(answer.status).toBe(408);
  });

  test('a body slower than the least rate is cut', async () => {
    const socket = await server.connect();
    socket.write(`PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`);
    const trickle = setInterval(() => socket.writable && socket.write('a'), 50);
    const answer = await readAnswer(socket);
    clearInterval(trickle);
    expect(answer.status).toBe(408);
  });

  test('a body that is fast enough may take longer than the idle time-out', async () => {
    const socket = await server.connect();
    socket.write(`PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: 2000\r\n\r\n`);
    let sent = 0;
    const steady = setInterval(() => {
      socket.write('a'.repeat(100));
      sent += 100;
      if (sent === 2000) clearInterval(steady);
    }, 50);
    const answer = await readAnswer(socket);
    clearInterval(steady);
    expect([answer.status, answer.body]).toEqual([200, '2000']);
  });

  test('a request hidden in the body of a refused one is never answered', async () => {
    const hidden = `GET /health HTTP/1.1\r\n${HOST}\r\n`;
    const socket = await server.connect();
    socket.write(
      `PUT /sink/a HTTP/1.1\r\n${HOST}Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    );
    let text = '';
    for await (const piece of socket as AsyncIterable<Buffer>) text += piece.toString();
    expect(text.match(/^HTTP\/1\.1 \d/gm)).toHaveLength(1);
    expect(text).toMatch(/^HTTP\/1\.1 400/);
  });
});
