import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHUNK_BYTES, SEGMENT_BYTES } from '../../common/filesystem/index.ts';
import { startTestStorage, type TestStorage } from './test-storage.ts';

let storage: TestStorage;
beforeAll(async () => {
  storage = await startTestStorage();
});
afterAll(async () => {
  await storage[Symbol.asyncDispose]();
});

const at = (key: string) => `${storage.url}/api/storage/objects/team/files/${key}`;
const put = (key: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(at(key), { method: 'PUT', body, headers });
const get = async (key: string, headers: Record<string, string> = {}) => {
  const response = await fetch(at(key), { headers });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};
const random = (size: number) => randomBytes(size) as Buffer<ArrayBuffer>;

describe('objects through three chunkservers', () => {
  test.each([
    0,
    1,
    1024,
    1025,
    4096,
    1024 * 1024,
    1024 * 1024 + 1,
    SEGMENT_BYTES,
    SEGMENT_BYTES + 7,
    CHUNK_BYTES,
    CHUNK_BYTES + SEGMENT_BYTES + 3,
  ])('an object of %i bytes comes back as it was put', async (size) => {
    const body = random(size);
    const stored = await put(`size-${size}.bin`, body, { 'x-meta-colour': 'green' });
    expect(stored.status).toBe(201);
    const answer = (await stored.json()) as { etag: string; size: number };
    expect(answer.size).toBe(size);
    const { response, bytes } = await get(`size-${size}.bin`);
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe(`"${answer.etag}"`);
    expect(response.headers.get('x-meta-colour')).toBe('green');
    expect(bytes.equals(body)).toBe(true);
  });

  test('a range across two chunks is answered by exactly those bytes', async () => {
    const body = random(CHUNK_BYTES + 1000);
    await put('range.bin', body);
    const from = CHUNK_BYTES - 70_000;
    const { response, bytes } = await get('range.bin', { range: `bytes=${from}-${CHUNK_BYTES + 499}` });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${from}-${CHUNK_BYTES + 499}/${body.length}`);
    expect(bytes.equals(body.subarray(from, CHUNK_BYTES + 500))).toBe(true);
  });

  test('a range past the end is refused with the size', async () => {
    await put('short.txt', random(10));
    const { response } = await get('short.txt', { range: 'bytes=10-' });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */10');
  });

  test('a body of unknown length is stored whole, small or large', async () => {
    for (const size of [5_000, 3 * SEGMENT_BYTES]) {
      const body = random(size);
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue(body);
          controller.close();
        },
      });
      const stored = await fetch(at('chunked.bin'), { method: 'PUT', body: stream, duplex: 'half' } as RequestInit);
      expect(stored.ok).toBe(true);
      expect((await get('chunked.bin')).bytes.equals(body)).toBe(true);
    }
  });

  test('a body that is cut short leaves nothing behind', async () => {
    for (const size of [100_000, 3 * SEGMENT_BYTES]) {
      await new Promise<void>((resolve) => {
        const sent = request(at(`cut-${size}.bin`), { method: 'PUT', headers: { 'content-length': size } });
        sent.on('error', () => resolve());
        sent.write(random(size - 10), () => sent.destroy());
        sent.on('close', resolve);
      });
      expect((await get(`cut-${size}.bin`)).response.status).toBe(404);
    }
  });

  test('small objects put at once share appends and commits', async () => {
    const bodies = Array.from({ length: 64 }, () => random(4096));
    storage.master.calls.length = 0;
    const answers = await Promise.all(bodies.map((body, index) => put(`many/${index}`, body)));
    expect(answers.every((answer) => answer.status === 201)).toBe(true);
    const commits = storage.master.calls.filter((call) => call.name === 'commit');
    expect(commits.length).toBeLessThan(48);
    for (const [index, body] of bodies.entries()) expect((await get(`many/${index}`)).bytes.equals(body)).toBe(true);
  });

  test('preconditions of a PUT are decided by the master', async () => {
    const first = (await (await put('cas.txt', random(2000), { 'if-none-match': '*' })).json()) as { etag: string };
    expect((await put('cas.txt', random(2000), { 'if-none-match': '*' })).status).toBe(412);
    expect((await put('cas.txt', random(2000), { 'if-match': `"${first.etag}"` })).status).toBe(200);
    expect((await put('cas.txt', random(2000), { 'if-match': `"${first.etag}"` })).status).toBe(412);
  });

  test('who may not write is refused before the body is read', async () => {
    const refused = await put('secret.txt', random(100), { authorization: 'Bearer forbidden' });
    expect(refused.status).toBe(403);
  });

  test('a commit whose answer is lost is recognised and not refused by its own success', async () => {
    storage.master.losesCommitAnswers = 1;
    expect((await put('lost.txt', random(2000), { 'if-none-match': '*' })).status).toBe(201);
  });

  test('a page that somebody uploaded runs without the rights of this origin', async () => {
    await put('page.html', Buffer.from('<script>fetch("/api/account/me")</script>') as Buffer<ArrayBuffer>);
    const { response } = await get('page.html');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^sandbox;/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
