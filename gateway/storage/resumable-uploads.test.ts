import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEGMENT_BYTES } from '../../common/filesystem/index.ts';
import { startTestStorage, type TestStorage, waitUntil } from './test-storage.ts';

let storage: TestStorage;
beforeAll(async () => {
  storage = await startTestStorage();
});
afterAll(async () => {
  await storage[Symbol.asyncDispose]();
});

const TUS = { 'tus-resumable': '1.0.0' };
const PART = { ...TUS, 'content-type': 'application/offset+octet-stream' };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const metadata = (key: string) =>
  `namespace ${base64('team')},bucket ${base64('files')},key ${base64(key)},contentType ${base64('video/mp4')}`;
const create = async (key: string, size: number, more: RequestInit = {}) => {
  const response = await fetch(`${storage.url}/api/storage/uploads`, {
    method: 'POST',
    ...more,
    headers: { ...TUS, 'upload-length': String(size), 'upload-metadata': metadata(key), ...more.headers },
  });
  return { response, url: `${storage.url}${response.headers.get('location')}` };
};
const patch = (url: string, offset: number, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PATCH', body, headers: { ...PART, 'upload-offset': String(offset), ...headers } });
const offsetOf = async (url: string) => {
  const response = await fetch(url, { method: 'HEAD', headers: TUS });
  return Number(response.headers.get('upload-offset'));
};
const get = async (key: string) => {
  const response = await fetch(`${storage.url}/api/storage/objects/team/files/${key}`);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};

describe('resumable uploads', () => {
  test('what this door can do is told to those who ask', async () => {
    const response = await fetch(`${storage.url}/api/storage/uploads`, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('tus-extension')).toContain('creation-with-upload');
  });

  test('parts of any size make up the object, which exists with the last one', async () => {
    const body = randomBytes(SEGMENT_BYTES + 3_000_000) as Buffer<ArrayBuffer>;
    const { response, url } = await create('parts.mp4', body.length);
    expect(response.status).toBe(201);
    let offset = 0;
    for (const size of [1000, 900_000, SEGMENT_BYTES, body.length]) {
      expect((await get('parts.mp4')).response.status).toBe(404);
      const part = body.subarray(offset, offset + size);
      const patched = await patch(url, offset, part);
      expect(patched.status).toBe(204);
      offset += part.length;
      expect(Number(patched.headers.get('upload-offset'))).toBe(offset);
    }
    const got = await get('parts.mp4');
    expect(got.response.headers.get('content-type')).toBe('video/mp4');
    expect(got.bytes.equals(body)).toBe(true);
  });

  test('a connection that breaks within a part loses nothing that had arrived', async () => {
    const body = randomBytes(3 * SEGMENT_BYTES) as Buffer<ArrayBuffer>;
    const { url } = await create('broken.mp4', body.length);
    const sentBytes = 2 * SEGMENT_BYTES + 12_345;
    await new Promise<void>((resolve) => {
      const sent = request(url, {
        method: 'PATCH',
        headers: { ...PART, 'upload-offset': 0, 'content-length': body.length },
      });
      sent.on('error', () => undefined);
      sent.on('close', resolve);
      sent.write(body.subarray(0, sentBytes), () => setTimeout(() => sent.destroy(), 300));
    });
    let offset = 0;
    const deadline = performance.now() + 10_000;
    while (offset === 0 && performance.now() < deadline) offset = await offsetOf(url);
    expect(offset).toBe(sentBytes);
    expect((await patch(url, offset, body.subarray(offset))).status).toBe(204);
    expect((await get('broken.mp4')).bytes.equals(body)).toBe(true);
  });

  test('a part at another offset is refused, and so is one past the end', async () => {
    const { url } = await create('offset.mp4', 10);
    expect((await patch(url, 5, Buffer.from('12345') as Buffer<ArrayBuffer>)).status).toBe(409);
    expect((await patch(url, 0, Buffer.alloc(11) as Buffer<ArrayBuffer>)).status).toBe(413);
    expect(await offsetOf(url)).toBe(0);
  });

  test('a part that does not have its checksum is dropped', async () => {
    const body = randomBytes(100_000) as Buffer<ArrayBuffer>;
    const { url } = await create('checked.mp4', body.length);
    const wrong = `sha1 ${createHash('sha1').update('other').digest('base64')}`;
    expect((await patch(url, 0, body, { 'upload-checksum': wrong })).status).toBe(460);
    expect(await offsetOf(url)).toBe(0);
    const right = `sha256 ${createHash('sha256').update(body).digest('base64')}`;
    expect((await patch(url, 0, body, { 'upload-checksum': right })).status).toBe(204);
    expect((await get('checked.mp4')).bytes.equals(body)).toBe(true);
  });

  test('an upload may be created with all of its bytes', async () => {
    const body = randomBytes(2000) as Buffer<ArrayBuffer>;
    const { response } = await create('at-once.mp4', body.length, {
      body,
      headers: { 'content-type': PART['content-type'] },
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('upload-offset')).toBe('2000');
    expect((await get('at-once.mp4')).bytes.equals(body)).toBe(true);
  });

  test('an upload that was ended is gone', async () => {
    const { url } = await create('ended.mp4', 10);
    expect((await fetch(url, { method: 'DELETE', headers: TUS })).status).toBe(204);
    expect((await fetch(url, { method: 'HEAD', headers: TUS })).status).toBe(404);
  });

  test('another version of the protocol is refused', async () => {
    const response = await fetch(`${storage.url}/api/storage/uploads`, { method: 'POST' });
    expect(response.status).toBe(412);
    expect(response.headers.get('tus-version')).toBe('1.0.0');
  });

  test('who watches a PUT is told how far it is until it is done', async () => {
    const body = randomBytes(3 * SEGMENT_BYTES) as Buffer<ArrayBuffer>;
    const watching = fetch(`${storage.url}/api/storage/progress/watched-1`);
    await fetch(`${storage.url}/api/storage/objects/team/files/watched.bin`, {
      method: 'PUT',
      body,
      headers: { 'x-upload-id': 'watched-1' },
    });
    const text = await (await watching).text();
    const states = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json ?? ''));
    expect(states.at(-1)).toEqual({ received: body.length, stored: body.length, total: body.length, state: 'done' });
    await waitUntil(() => states.length > 0);
  });
});
