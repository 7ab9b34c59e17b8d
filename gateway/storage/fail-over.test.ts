import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEGMENT_BYTES } from '../../common/filesystem/index.ts';
import { startTestStorage, type TestStorage, waitUntil } from './test-storage.ts';

/** Of the moments at which chunkservers are killed: printed with a failure, and set to repeat it. */
const SEED = Number(process.env.TEST_SEED ?? 20_261_121);

let storage: TestStorage;
beforeAll(async () => {
  storage = await startTestStorage();
});
afterAll(async () => {
  await storage[Symbol.asyncDispose]();
});

const at = (key: string) => `${storage.url}/api/storage/objects/team/files/${key}`;
const random = (size: number) => randomBytes(size) as Buffer<ArrayBuffer>;
const put = (key: string, body: Uint8Array<ArrayBuffer>) => fetch(at(key), { method: 'PUT', body });
const get = async (key: string) => Buffer.from(await (await fetch(at(key))).arrayBuffer());

/** A PUT that sends half, runs `meanwhile`, and sends the rest. */
async function putInterrupted(key: string, body: Buffer, meanwhile: () => Promise<void>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(at(key), { method: 'PUT', headers: { 'content-length': body.length } }, (response) => {
    response.resume();
    response.once('end', () => resolve(response.statusCode ?? 0));
  });
  sent.on('error', reject);
  const half = body.length / 2;
  await new Promise<void>((written) => sent.write(body.subarray(0, half), () => written()));
  await meanwhile();
  sent.end(body.subarray(half));
  return await promise;
}

describe('when chunkservers fail', () => {
  test.each([0, 1, 2])('an upload outlives replica %i of its chain', async (place) => {
    const body = random(8 * SEGMENT_BYTES + 99);
    const victim = [...storage.master.nodes.keys()][place] ?? '';
    const status = await putInterrupted(`upload-${place}.bin`, body, () => storage.kill(victim));
    const got = await get(`upload-${place}.bin`);
    await storage.start(victim);
    expect(status).toBe(201);
    expect(got.equals(body)).toBe(true);
    expect((await get(`upload-${place}.bin`)).equals(body)).toBe(true);
  });

  test('an upload outlives the loss of any one replica at any moment', async () => {
    let state = SEED;
    const next = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const body = random(6 * SEGMENT_BYTES + 12_345);
    for (const round of [1, 2, 3]) {
      const victim = `node-${1 + next(3)}`;
      const afterMs = next(250);
      const key = `any-moment-${round}.bin`;
      const upload = put(key, body);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await storage.kill(victim);
      const what = `seed ${SEED}, round ${round}: ${victim} after ${afterMs} ms`;
      const answer = await upload;
      expect(answer.status, `${what}: ${await answer.text()}`).toBe(201);
      expect((await get(key)).equals(body), what).toBe(true);
      await storage.start(victim);
    }
  });

  test('a download goes on at the same byte from another replica', async () => {
    const body = random(12 * SEGMENT_BYTES);
    expect((await put('download.bin', body)).status).toBe(201);
    storage.master.faults.length = 0;
    const chunk = storage.master.objects.get('team/files/download.bin')?.content.extents[0]?.chunk ?? '';
    const [reading = ''] = storage.master.locations.get(chunk) ?? [];
    const response = await fetch(at('download.bin'));
    const pieces: Uint8Array[] = [];
    let received = 0;
    let isKilled = false;
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
      received += piece.length;
      if (isKilled || received < body.length / 4) continue;
      isKilled = true;
      await storage.kill(reading);
    }
    expect(Buffer.concat(pieces).equals(body)).toBe(true);
    await waitUntil(() => storage.master.faults.some((fault) => fault.kind === 'unreachable'));
    await storage.start(reading);
  });

  test('small objects go on when the primary of their chunk is killed', async () => {
    await put('small-before', random(5000));
    await storage.kill('node-1');
    const body = random(5000);
    expect((await put('small-after', body)).status).toBe(201);
    expect((await get('small-after')).equals(body)).toBe(true);
    await storage.start('node-1');
  });

  test('with two of three down a PUT gets a 503 with a reason within ten seconds', async () => {
    await storage.kill('node-1');
    await storage.kill('node-2');
    const beganMs = performance.now();
    const answers = await Promise.all(
      [5_000, 3 * SEGMENT_BYTES].map((size) => put(`nowhere-${size}.bin`, random(size))),
    );
    for (const response of answers) {
      expect(response.status).toBe(503);
      expect(((await response.json()) as { detail: string }).detail).toMatch(/chunkservers/);
      expect(performance.now() - beganMs).toBeLessThan(10_000);
    }
    await Promise.all([storage.start('node-1'), storage.start('node-2')]);
    expect((await put('somewhere.bin', random(5_000))).status).toBe(201);
    expect((await put('somewhere-large.bin', random(3 * SEGMENT_BYTES))).status).toBe(201);
  });

  test('a chunkserver that hangs is cut out of an upload', async () => {
    const body = random(6 * SEGMENT_BYTES);
    const status = await putInterrupted('hung.bin', body, async () => storage.stall('node-3'));
    expect(status).toBe(201);
    expect((await get('hung.bin')).equals(body)).toBe(true);
    await storage.kill('node-3');
    await storage.start('node-3');
  });

  test('with two of three hanging a PUT gets a 503, the next one sooner, and a GET goes to the third', async () => {
    const body = random(2 * SEGMENT_BYTES);
    expect((await put('before-the-hang.bin', body)).status).toBe(201);
    storage.stall('node-1');
    storage.stall('node-2');
    try {
      for (const withinMs of [6_000, 3_000]) {
        const beganMs = performance.now();
        expect((await put('refused.bin', random(3_000_000))).status).toBe(503);
        expect(performance.now() - beganMs).toBeLessThan(withinMs);
      }
      const beganMs = performance.now();
      expect((await get('before-the-hang.bin')).equals(body)).toBe(true);
      expect(performance.now() - beganMs).toBeLessThan(3_000);
    } finally {
      storage.resume('node-1');
      storage.resume('node-2');
    }
    expect((await put('after-the-hang.bin', body)).status).toBe(201);
  });

  test('a damaged replica is passed over and reported', async () => {
    for (const size of [200_000, 2 * SEGMENT_BYTES]) {
      const body = random(size);
      const key = `damaged-${size}.bin`;
      expect((await put(key, body)).status).toBe(201);
      const chunk = storage.master.objects.get(`team/files/${key}`)?.content.extents[0]?.chunk ?? '';
      const [first = ''] = storage.master.locations.get(chunk) ?? [];
      await flipByte(join(storage.folder, first, 'chunks'), chunk, 100_000);
      storage.master.faults.length = 0;
      expect((await get(key)).equals(body)).toBe(true);
      await waitUntil(() => storage.master.faults.some((fault) => fault.kind === 'corrupt' && fault.node === first));
    }
  });
});

/** Flips a byte of the record's payload, near the end of the chunk's file. */
async function flipByte(folder: string, chunk: string, fromEnd: number): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const name = names.find((candidate) => candidate.includes(chunk));
  if (name === undefined) throw new Error(`There is no file of ${chunk} among ${names}.`);
  const path = join(folder, name);
  const bytes = await readFile(path);
  const position = bytes.length - fromEnd;
  bytes[position] = (bytes[position] ?? 0) ^ 0xff;
  await writeFile(path, bytes, { flag: 'r+' });
}
