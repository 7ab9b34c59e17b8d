/** One flipped byte: in the log it stops the start, in a replica the reader gets another one. */
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBramble } from './bramble.ts';
import { seededStream, TestClient } from './client.ts';
import { filesBelow } from './files-below.ts';
import { waitFor } from './wait-for.ts';

const BUCKET = '/api/storage/objects/admin/corruption';
const MIB = 2 ** 20;

function flipByte(path: string, position: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  byte.writeUInt8(byte.readUInt8() ^ 0x20);
  writeSync(file, byte, 0, 1, position);
  closeSync(file);
}

async function putFile(client: TestClient, key: string, size: number): Promise<string> {
  const { stream, hash } = seededStream(size, 21);
  const headers = { 'content-length': String(size) };
  expect((await client.send('PUT', `${BUCKET}/${key}`, { body: stream, headers })).status).toBe(201);
  return hash.digest('hex');
}

test('a flipped byte in a log segment refuses the start, with file, offset and advice', {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-corruption-'));
  try {
    {
      await using bramble = await startBramble({ folder });
      await using client = new TestClient(bramble, (await bramble.login()).accessToken);
      await client.json('POST', '/api/storage/buckets', {
        namespace: 'admin',
        name: 'corruption',
        visibility: 'private',
      });
      for (let count = 0; count < 20; count += 1) await putFile(client, `file-${count}`, 500);
    }
    const segment = filesBelow(join(folder, 'control', 'log')).find((path) => path.endsWith('.log')) as string;
    const position = 3000;
    expect(statSync(segment).size).toBeGreaterThan(position);
    flipByte(segment, position);
    const refused = await startBramble({ folder }).then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(refused).toContain(segment);
    expect(refused).toMatch(/offset \d+/);
    expect(refused).toMatch(/backup|restore/i);
    flipByte(segment, position);
    await using bramble = await startBramble({ folder });
    await using client = new TestClient(bramble, (await bramble.login()).accessToken);
    expect((await client.send('GET', `${BUCKET}/file-19`)).status).toBe(200);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('flipped bytes in every replica, each in another place: the GET is whole, the faults are counted and logged', {
  timeout: 120_000,
}, async () => {
  await using bramble = await startBramble();
  await using client = new TestClient(bramble, (await bramble.login()).accessToken);
  await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'corruption', visibility: 'private' });
  const sha256 = await putFile(client, 'large', 10 * MIB);
  // Whichever replica the reader chooses, it must go on with another one.
  for (const chunkserver of [1, 2, 3]) {
    const [replica] = filesBelow(join(bramble.folder, `chunkserver-${chunkserver}`, 'chunks')).filter(
      (path) => statSync(path).size > 10 * MIB,
    );
    flipByte(replica as string, chunkserver * 3 * MIB + 12_345);
  }
  for (let reads = 0; reads < 3; reads += 1) {
    expect(await client.download(`${BUCKET}/large`)).toEqual({ status: 200, bytes: 10 * MIB, sha256 });
  }
  await waitFor('the fault is told by /api/storage/status', async () => {
    const status = await client.json<{ checksumFaults: number }>('GET', '/api/storage/status');
    return status.checksumFaults > 0;
  });
});
