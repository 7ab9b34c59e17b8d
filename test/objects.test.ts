/** Objects over the public port of a whole bramble: every size, names, preconditions, shares, and bodies that go wrong. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHUNK_BYTES, INLINE_OBJECT_BYTES, SEGMENT_BYTES, SMALL_OBJECT_BYTES } from '../common/filesystem/index.ts';
import { startBramble, type TestBramble } from './bramble.ts';
import { seededBytes, TestClient } from './client.ts';
import { waitFor } from './wait-for.ts';

const BUCKET = '/api/storage/objects/admin/things';
let bramble: TestBramble;
let client: TestClient;
let token: string;

beforeAll(async () => {
  bramble = await startBramble();
  token = (await bramble.login()).accessToken;
  client = new TestClient(bramble, token);
  await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'things', visibility: 'private' });
});

afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await bramble?.[Symbol.asyncDispose]();
});

const put = (key: string, body: Buffer, headers: Record<string, string> = {}) =>
  client.send('PUT', `${BUCKET}/${key}`, { body, headers });
const get = (key: string, headers: Record<string, string> = {}) => client.send('GET', `${BUCKET}/${key}`, { headers });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A connection that says exactly what it is told to. */
async function rawConnection(): Promise<{ socket: TLSSocket; readonly text: string }> {
  const { port } = new URL(bramble.url);
  const socket = connect({
    port: Number(port),
    host: '127.0.0.1',
    servername: 'localhost',
    ca: readFileSync(bramble.caFile),
    ALPNProtocols: ['http/1.1'],
  });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece)).on('error', () => undefined);
  return {
    socket,
    get text() {
      return Buffer.concat(pieces).toString('latin1');
    },
  };
}

const head = (method: string, path: string, headers: Record<string, string | number>) =>
  `${[`${method} ${path} HTTP/1.1`, 'host: localhost', ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;

describe('sizes', () => {
  test.each(
    [
      0,
      1,
      2,
      INLINE_OBJECT_BYTES - 1,
      INLINE_OBJECT_BYTES,
      INLINE_OBJECT_BYTES + 1,
      65_535,
      65_536,
      65_537,
      SMALL_OBJECT_BYTES - 1,
      SMALL_OBJECT_BYTES,
      SMALL_OBJECT_BYTES + 1,
      SEGMENT_BYTES - 1,
      SEGMENT_BYTES,
      SEGMENT_BYTES + 1,
      2 * SEGMENT_BYTES,
      2 * SEGMENT_BYTES + 1,
      CHUNK_BYTES - 1,
      CHUNK_BYTES,
      CHUNK_BYTES + 1,
    ].map((size) => ({ size })),
  )('an object of $size bytes comes back as it was put', async ({ size }) => {
    const body = seededBytes(size, size + 1);
    if (size % 4 !== 0) body.fill(0x5a, size - (size % 4));
    const stored = await put(`size-${size}`, body);
    expect(stored.status, `${stored.body}\n${bramble.stderr.slice(-4000)}`).toBe(201);
    const got = await get(`size-${size}`);
    expect(got.status).toBe(200);
    expect(got.headers['content-length']).toBe(String(size));
    expect(sha256(got.body)).toBe(sha256(body));
  });

  test('ranges at every seam give exactly the bytes asked for', async () => {
    const size = CHUNK_BYTES + 1;
    const body = seededBytes(size, size + 1);
    body.fill(0x5a, size - 1);
    const seams = [0, 1024, 65_536, SEGMENT_BYTES, CHUNK_BYTES];
    for (const [from, to] of seams.flatMap((seam) => [
      [Math.max(0, seam - 1), Math.min(size - 1, seam)],
      [Math.max(0, seam - 100_000), Math.min(size - 1, seam + 100_000)],
    ]) as [number, number][]) {
      const answer = await get(`size-${size}`, { range: `bytes=${from}-${to}` });
      expect(answer.status).toBe(206);
      expect(answer.headers['content-range']).toBe(`bytes ${from}-${to}/${size}`);
      expect(answer.body.equals(body.subarray(from, to + 1)), `${from}-${to}`).toBe(true);
    }
    expect((await get(`size-${size}`, { range: 'bytes=-1' })).body).toEqual(Buffer.from([0x5a]));
    expect((await get('size-0', { range: 'bytes=0-' })).status).toBe(416);
  });
});

describe('names', () => {
  test.each(['%2e%2e/secret', 'a/%2e%2e/b', 'a%2Fb', 'a%5Cb', 'a%00b', 'a%0Ab'])(
    'a key of %s is refused and reaches nothing',
    async (key) => {
      const raw = await rawConnection();
      raw.socket.write(head('PUT', `${BUCKET}/${key}`, { authorization: `Bearer ${token}`, 'content-length': 0 }));
      await waitFor('an answer', () => raw.text.includes('\r\n\r\n'));
      expect(raw.text).toMatch(/^HTTP\/1\.1 400 /);
      raw.socket.destroy();
    },
  );

  test('the storage host has the same objects without the prefix', async () => {
    await put('hosted', Buffer.from('by another name'));
    const raw = await rawConnection();
    const path = '/objects/admin/things/hosted';
    raw.socket.write(
      head('GET', path, { authorization: `Bearer ${token}`, connection: 'close' }).replace(
        'host: localhost',
        'host: storage.localhost',
      ),
    );
    await waitFor('an answer', () => raw.text.endsWith('by another name'));
    expect(raw.text).toMatch(/^HTTP\/1\.1 200 /);
    raw.socket.destroy();
  });
});

describe('writes that meet', () => {
  test('of many that want to be the first exactly one is', async () => {
    for (const size of [100, 5_000, SMALL_OBJECT_BYTES + 1]) {
      const bodies = Array.from({ length: 8 }, (_, seed) => seededBytes(size, seed + 1));
      const answers = await Promise.all(bodies.map((body) => put(`first-${size}`, body, { 'if-none-match': '*' })));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array(7).fill(412)]);
      const winner = bodies[answers.findIndex(({ status }) => status === 201)] as Buffer;
      expect((await get(`first-${size}`)).body.equals(winner)).toBe(true);
    }
  });
});

describe('bodies that go wrong', () => {
  test.each([500, 50_000, 3 * SEGMENT_BYTES])('a PUT of %i bytes that is broken off leaves nothing', async (size) => {
    const raw = await rawConnection();
    const key = `broken-${size}`;
    raw.socket.write(head('PUT', `${BUCKET}/${key}`, { authorization: `Bearer ${token}`, 'content-length': size }));
    await new Promise<void>((resolve) => raw.socket.write(seededBytes(size - 1, 1), () => resolve()));
    raw.socket.destroy();
    // A whole PUT behind it on the same path of commits: when that is there, the other would have been.
    expect((await put(`after-${size}`, Buffer.from('x'))).status).toBe(201);
    expect((await get(key)).status).toBe(404);
  });

  test('who may not write is refused before the body is asked for', async () => {
    const raw = await rawConnection();
    raw.socket.write(head('PUT', `${BUCKET}/uninvited`, { 'content-length': 5_000_000, expect: '100-continue' }));
    await waitFor('an answer', () => raw.text.includes('\r\n\r\n'));
    expect(raw.text).toMatch(/^HTTP\/1\.1 40[13] /);
    expect(raw.text).not.toContain('100 Continue');
    raw.socket.destroy();
  });

  test('who may write is invited to send the body', async () => {
    const raw = await rawConnection();
    const headers = { authorization: `Bearer ${token}`, 'content-length': 5, expect: '100-continue' };
    raw.socket.write(head('PUT', `${BUCKET}/invited`, headers));
    await waitFor('an invitation', () => raw.text.startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
    raw.socket.write('hello');
    await waitFor('an answer', () => raw.text.includes('HTTP/1.1 201 '));
    raw.socket.destroy();
    expect((await get('invited')).body.toString()).toBe('hello');
  });
});

describe('shares', () => {
  test('whoever has the link reads that object and nothing else', async () => {
    const body = seededBytes(200_000, 5);
    await put('shared', body);
    const share = await client.json<{ id: string; url: string }>('POST', '/api/storage/shares', {
      namespace: 'admin',
      bucket: 'things',
      key: 'shared',
      expiresInSeconds: 600,
    });
    await using stranger = new TestClient(bramble);
    const got = await stranger.send('GET', share.url);
    expect(got.status).toBe(200);
    expect(got.body.equals(body)).toBe(true);
    const part = await stranger.send('GET', share.url, { headers: { range: 'bytes=100-199' } });
    expect(part.body.equals(body.subarray(100, 200))).toBe(true);
    expect((await stranger.send('HEAD', share.url)).headers['content-length']).toBe('200000');
    expect((await stranger.send('GET', `${BUCKET}/shared`)).status).toBe(401);
    expect((await stranger.send('GET', `${share.url}x`)).status).toBeGreaterThanOrEqual(400);
    expect((await client.send('DELETE', `/api/storage/shares/${share.id}`)).status).toBe(204);
    expect((await stranger.send('GET', share.url)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a resumable upload', () => {
  test('that is broken off can go on at once, behind all that had arrived', async () => {
    const TUS = { 'tus-resumable': '1.0.0' };
    const body = seededBytes(40 * 2 ** 20, 6);
    const metadata = Object.entries({ namespace: 'admin', bucket: 'things', key: 'resumed' })
      .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
      .join(',');
    const made = await client.send('POST', '/api/storage/uploads', {
      headers: { ...TUS, 'upload-length': String(body.length), 'upload-metadata': metadata },
    });
    expect(made.status, made.body.toString()).toBe(201);
    const location = String(made.headers.location);
    const part = { ...TUS, 'content-type': 'application/offset+octet-stream' };
    for (const cutAt of [9_000_000, 21_000_001]) {
      const before = Number((await client.send('HEAD', location, { headers: TUS })).headers['upload-offset']);
      await new Promise<void>((resolve) => {
        const sent = request(`${bramble.url}${location}`, {
          method: 'PATCH',
          ca: readFileSync(bramble.caFile),
          headers: {
            ...part,
            authorization: `Bearer ${token}`,
            'upload-offset': before,
            'content-length': body.length - before,
          },
        });
        sent.on('error', () => undefined).on('close', resolve);
        sent.write(body.subarray(before, cutAt), () => sent.destroy());
      });
      const started = performance.now();
      const after = await client.send('HEAD', location, { headers: TUS });
      expect(after.status).toBe(200);
      expect(performance.now() - started).toBeLessThan(8_000);
      expect(Number(after.headers['upload-offset'])).toBeLessThanOrEqual(cutAt);
    }
    const offset = Number((await client.send('HEAD', location, { headers: TUS })).headers['upload-offset']);
    expect(offset).toBeGreaterThan(0);
    const rest = await client.send('PATCH', location, {
      body: body.subarray(offset),
      headers: { ...part, 'upload-offset': String(offset) },
    });
    expect(rest.status, rest.body.toString()).toBe(204);
    expect(sha256((await get('resumed')).body)).toBe(sha256(body));
  });
});
