/** Streams all the way: the gateway's memory does not grow with the object. */
import { expect, test } from 'vitest';
import { startBramble } from './bramble.ts';
import { seededStream, TestClient } from './client.ts';
import { pidOf, residentBytes } from './processes.ts';

const GIB = 2 ** 30;
/** No byte of it goes through the database: the suite's second run, with a server, takes a smaller one. */
const SIZE_GIB = process.env.BRAMBLE_TEST_DATABASE_URL === undefined ? 4 : 1;
const GROWTH_LIMIT_BYTES = 100e6;
const PATH = '/api/storage/objects/admin/memory/object';

test(`an object of ${SIZE_GIB} GiB goes up and down through a gateway that grows by less than 100 MB`, {
  timeout: 600_000,
}, async () => {
  await using bramble = await startBramble();
  await using client = new TestClient(bramble, (await bramble.login()).accessToken);
  await client.json('POST', '/api/storage/buckets', { namespace: 'admin', name: 'memory', visibility: 'private' });
  const gateway = pidOf(bramble, 'gateway') as number;
  // What any object costs is there after a first one.
  await upload(client, 256 * 2 ** 20);
  await client.download(PATH);
  const before = residentBytes(gateway);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentBytes(gateway));
  }, 50);
  try {
    const sha256 = await upload(client, SIZE_GIB * GIB);
    expect(await client.download(PATH)).toEqual({ status: 200, bytes: SIZE_GIB * GIB, sha256 });
  } finally {
    clearInterval(watch);
  }
  process.stdout.write(`gateway before: ${Math.round(before / 1e6)} MB, at most: ${Math.round(peak / 1e6)} MB\n`);
  expect(peak - before).toBeLessThan(GROWTH_LIMIT_BYTES);
});

async function upload(client: TestClient, size: number): Promise<string> {
  const { stream, hash } = seededStream(size, 31);
  const answer = await client.send('PUT', PATH, { body: stream, headers: { 'content-length': String(size) } });
  expect(answer.status, answer.body.toString('utf8')).toBeLessThan(300);
  return hash.digest('hex');
}
