/** Files outlive their chunkservers: killed in the middle of an upload, before a download, and two at a time. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBramble, type TestBramble } from './bramble.ts';
import { seededBytes, seededStream, TestClient } from './client.ts';
import { filesBelow } from './files-below.ts';
import { killAndAwaitRestart, pidOf } from './processes.ts';
import { waitFor } from './wait-for.ts';

const MIB = 2 ** 20;
const CHUNK_BYTES = 64 * MIB;
const BUCKET = '/api/storage/objects/admin/outage';
let bramble: TestBramble;
let client: TestClient;

beforeAll(async () => {
  bramble = await startBramble();
  client = new TestClient(bramble, (await bramble.login()).accessToken);
  await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'outage', visibility: 'private' });
});

afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await bramble?.[Symbol.asyncDispose]();
});

const put = async (key: string, size: number, seed: number) => {
  const { stream, hash } = seededStream(size, seed);
  const answer = await client.send('PUT', `${BUCKET}/${key}`, {
    body: stream,
    headers: { 'content-length': String(size) },
  });
  return { status: answer.status, body: answer.body.toString('utf8'), sha256: hash.digest('hex') };
};

const storedBytes = (chunkserver: number): number => sizeOf(join(bramble.folder, `chunkserver-${chunkserver}`));

function sizeOf(path: string): number {
  try {
    const found = statSync(path);
    if (!found.isDirectory()) return found.size;
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  } catch {
    // Moved or removed while we looked.
    return 0;
  }
}

/** Takes a chunkserver away for good: it is killed, and cannot start again until the answer is called. */
function takeAway(chunkserver: number): () => void {
  const chunks = join(bramble.folder, `chunkserver-${chunkserver}`, 'chunks');
  renameSync(chunks, `${chunks}.away`);
  writeFileSync(chunks, 'in the way of the folder');
  process.kill(pidOf(bramble, `chunkserver-${chunkserver}`) as number, 'SIGKILL');
  return () => {
    rmSync(chunks);
    renameSync(`${chunks}.away`, chunks);
  };
}

/** Every chunkserver takes writes, as the master sees it: files stored from now on have three replicas. */
const isWhole = async (): Promise<boolean> => {
  const status = await client.json<{ chunkservers: { standing: string }[] }>('GET', '/api/storage/status');
  return status.chunkservers.length === 3 && status.chunkservers.every(({ standing }) => standing === 'writable');
};

/** Stores a file that has all of its three replicas: a chunkserver that was slow for a moment is left out of a write. */
async function putOnAllThree(key: string, size: number, seed: number): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const began = Date.now();
    const { status, body, sha256 } = await put(key, size, seed + attempt * 1_000);
    expect(status, body).toBeLessThan(300);
    const deadline = Date.now() + 3_000;
    while (Date.now() < deadline) {
      if ([1, 2, 3].every((chunkserver) => holds(chunkserver, size, seed + attempt * 1_000, began))) return sha256;
      await delay(50);
    }
  }
  throw new Error(`${key} was never on all three chunkservers.`);
}

/** Whether the beginning of each of the file's chunks is on the chunkserver's disk. */
function holds(chunkserver: number, size: number, seed: number, since: number): boolean {
  const files = filesBelow(join(bramble.folder, `chunkserver-${chunkserver}`, 'chunks'))
    .filter((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since - 1_000)
    .map((path) => readFileSync(path));
  const starts = Array.from({ length: Math.ceil(size / CHUNK_BYTES) }, (_, chunk) => {
    const start = seededBytes(64, seed);
    // As `seededStream` marks its blocks of a mebibyte.
    start.writeUInt32LE((chunk * CHUNK_BYTES) / MIB);
    return start;
  });
  return starts.every((start) => files.some((file) => file.includes(start)));
}

test('a chunkserver killed in the middle of an upload: the upload succeeds, every byte is right', {
  timeout: 180_000,
}, async () => {
  const before = storedBytes(1);
  const upload = put('first', 400 * MIB, 7);
  await waitFor('the upload is under way', () => storedBytes(1) > before + 70 * MIB, 60_000);
  await killAndAwaitRestart(bramble, 'chunkserver-1');
  const { status, sha256, body } = await upload;
  expect(status, body).toBe(201);
  expect(await client.download(`${BUCKET}/first`)).toEqual({ status: 200, bytes: 400 * MIB, sha256 });
});

test('a chunkserver killed before, and one in the middle of a download: every byte is right', {
  timeout: 180_000,
}, async () => {
  const { status, sha256 } = await put('second', 300 * MIB, 8);
  expect(status).toBe(201);
  await killAndAwaitRestart(bramble, 'chunkserver-2');
  const download = client.download(`${BUCKET}/second`);
  await killAndAwaitRestart(bramble, 'chunkserver-3');
  expect(await download).toEqual({ status: 200, bytes: 300 * MIB, sha256 });
});

test('with two of three away a PUT answers 503 with a reason in time, reads go on, and all heals by itself', {
  timeout: 180_000,
}, async () => {
  await waitFor('all three take writes', isWhole);
  const small = await putOnAllThree('small', 5000, 9);
  const large = await putOnAllThree('large', 80 * MIB, 10);
  const comeBack = [takeAway(1), takeAway(2)];
  try {
    for (const size of [2_000, 5_000, 3 * MIB]) {
      const started = performance.now();
      const refused = await put('refused', size, 11);
      expect(refused.status, `${size} bytes: ${refused.body}`).toBe(503);
      expect(refused.body).toMatch(/chunkserver|node-/);
      expect(performance.now() - started).toBeLessThan(10_000);
    }
    expect(await client.download(`${BUCKET}/small`)).toEqual({ status: 200, bytes: 5000, sha256: small });
    expect(await client.download(`${BUCKET}/large`)).toEqual({ status: 200, bytes: 80 * MIB, sha256: large });
  } finally {
    for (const back of comeBack) back();
  }
  await waitFor('all three take writes again', isWhole, 60_000);
  expect((await client.send('GET', `${BUCKET}/refused`)).status).toBe(404);
  const again = await put('again', 100 * MIB, 12);
  expect(again.status).toBe(201);
  expect(await client.download(`${BUCKET}/again`)).toMatchObject({ sha256: again.sha256 });
});

test('two chunkservers that hang, not dead, are told from slow ones: 503 in time, reads go on', {
  timeout: 180_000,
}, async () => {
  await waitFor('all three take writes', isWhole, 60_000);
  const file = await put('before-the-hang', 20 * MIB, 13);
  expect(file.status).toBe(201);
  const hung = [2, 3].map((number) => pidOf(bramble, `chunkserver-${number}`) as number);
  for (const pid of hung) process.kill(pid, 'SIGSTOP');
  try {
    const started = performance.now();
    const refused = await put('refused', 3 * MIB, 14);
    expect(refused.status, refused.body).toBe(503);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await client.download(`${BUCKET}/before-the-hang`)).toMatchObject({ status: 200, sha256: file.sha256 });
  } finally {
    for (const pid of hung) process.kill(pid, 'SIGCONT');
  }
  await waitFor('all three take writes again', isWhole, 60_000);
});
