/**
 * The chunk data path by itself: three chunkserver processes in a chain over mutual TLS, driven as a gateway would, on
 * the folder's disk. Beside it, in the same run, what that disk does for `dd` and for a plain fdatasync.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '../../common/checksum/index.ts';
import { systemClock } from '../../common/clock/index.ts';
import { nodeDisk } from '../../common/disk/index.ts';
import {
  APPEND_PATH,
  type AppendCall,
  appendAnswer,
  CHUNK_BYTES,
  CHUNK_HEADERS,
  encodeAppendBody,
  type Replica,
  SEGMENT_BYTES,
  writeAnswer,
} from '../../common/filesystem/index.ts';
import { writeIdentity } from '../../common/identity/index.ts';
import { makeTestAuthority, type TestAuthority } from '../../common/identity/test-authority.ts';
import { createIdMaker, systemRandom } from '../../common/ids/index.ts';
import { decodeCbor, InternalClient } from '../../common/internal/index.ts';
import { durableAppendRate, sequentialRate } from '../disk.ts';
import { type Benchmark, figure, type Row } from '../measurement.ts';

const CHUNKS = 8;
const ROUNDS = 3;
const APPEND_CLIENTS = 32;
/** Bodies under way at once: the gateway puts all that wait for the last one into the next. */
const APPENDS_IN_FLIGHT = 2;
const RECORDS = APPEND_CLIENTS / APPENDS_IN_FLIGHT;
/** Well below what fits into a shared chunk. */
const RECORDS_PER_CHUNK = 8192;
const APPEND_MS = 1_000;
const SMALL_BYTES = 4096;
/** Segments of one chunk that are sent at once, as the gateway does. */
const IN_FLIGHT = 2;

const ids = createIdMaker(systemClock, systemRandom);

export const benchmark: Benchmark = {
  name: 'chunk-pipeline',
  summary: 'PUT, GET and appends through a chain of three chunkservers, beside the disk',
  run,
};

export async function run(): Promise<Row[]> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(process.env.BENCH_FOLDER ?? tmpdir(), 'chunk-pipeline-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const authority = await makeTestAuthority();
  const chain: Replica[] = [];
  for (const node of ['a', 'b', 'c']) {
    chain.push({ node, address: await startChunkserver(authority, folder, node, resources) });
  }
  const client = resources.use(
    new InternalClient(await authority.issue({ bramble: 'bench', node: 'g', role: 'gateway' })),
  );
  const payload = randomBytes(CHUNK_BYTES);
  const samples = { put: [], get: [], dd: [], append: [], sync: [] } as Record<string, number[]>;
  for (let round = 0; round < ROUNDS; round++) {
    const chunks = Array.from({ length: CHUNKS }, () => ids.uuid());
    const bytes = CHUNKS * CHUNK_BYTES;
    samples.put?.push(await megabytesPerSecond(bytes, () => putAll(client, chain, chunks, payload)));
    samples.dd?.push(await sequentialRate(folder, 3, bytes));
    samples.get?.push(await megabytesPerSecond(bytes, () => getAll(client, chain, chunks)));
    samples.append?.push(await appendRate(client, chain));
    samples.sync?.push(durableAppendRate(folder, SMALL_BYTES, APPEND_MS / 4));
  }
  const of = (name: string) => figure(samples[name] ?? []);
  return [
    {
      what: 'PUT of whole chunks, three replicas',
      unit: 'MB/s',
      ours: of('put'),
      peer: { name: 'three dd conv=fdatasync', figure: of('dd') },
      goal: 0.5,
    },
    { what: 'GET of whole chunks from the page cache', unit: 'MB/s', ours: of('get') },
    {
      what: `appends of 4 KiB, ${APPEND_CLIENTS} clients, three replicas`,
      unit: '1/s',
      ours: of('append'),
      peer: { name: 'fdatasync of 4 KiB, one by one', figure: of('sync') },
    },
  ];
}

async function startChunkserver(
  authority: TestAuthority,
  folder: string,
  node: string,
  resources: AsyncDisposableStack,
): Promise<string> {
  const identityFolder = join(folder, node, 'identity');
  const identity = await authority.issue({ bramble: 'bench', node, role: 'chunkserver' });
  await writeIdentity(nodeDisk, identityFolder, identity.material);
  const profile = process.env.BENCH_CPU_PROFILE;
  const child = spawn(
    process.execPath,
    [...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}/${node}`] : []), 'chunkserver/main.ts'],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        UV_THREADPOOL_SIZE: '8',
        ...process.env,
        BRAMBLE_CHUNKSERVER_PORT: '0',
        BRAMBLE_CHUNKSERVER_DATA_FOLDER: join(folder, node),
        BRAMBLE_CHUNKSERVER_IDENTITY_FOLDER: identityFolder,
        // Nobody listens there: without control, chunkservers go on serving.
        BRAMBLE_CHUNKSERVER_CONTROL_ADDRESS: '127.0.0.1:9',
        BRAMBLE_CHUNKSERVER_LOG_LEVEL: 'error',
      },
    },
  );
  resources.defer(() => stopped(child));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('message', (message: { facts: { address: string } }) => resolve(message.facts.address));
  child.once('exit', (code) => reject(new Error(`The chunkserver ended with ${code}.`)));
  return await promise;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await exit;
}

async function putAll(client: InternalClient, chain: Replica[], chunks: string[], payload: Buffer): Promise<void> {
  const segments = chunks.flatMap((chunk) =>
    Array.from({ length: CHUNK_BYTES / SEGMENT_BYTES }, (_, index) => ({ chunk, offset: index * SEGMENT_BYTES })),
  );
  let next = 0;
  const send = async () => {
    for (let segment = segments[next++]; segment; segment = segments[next++]) {
      const bytes = payload.subarray(segment.offset, segment.offset + SEGMENT_BYTES);
      await putSegment(client, chain, segment.chunk, segment.offset, bytes);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
}

async function putSegment(client: InternalClient, chain: Replica[], chunk: string, offset: number, bytes: Buffer) {
  const [first, ...rest] = chain;
  const response = await client.request(
    { address: first?.address ?? '', role: 'chunkserver' },
    {
      method: 'PUT',
      path: `/chunks/${chunk}?version=1&offset=${offset}`,
      headers: {
        [CHUNK_HEADERS.checksum]: crc32c(bytes).toString(16).padStart(8, '0'),
        [CHUNK_HEADERS.chain]: chainText(rest),
        ...(offset + SEGMENT_BYTES === CHUNK_BYTES && { [CHUNK_HEADERS.finish]: '1' }),
      },
      body: bytes,
    },
  );
  const { votes } = writeAnswer.parse(decodeCbor(Buffer.from(await response.body.arrayBuffer())));
  const failed = votes.find((vote) => !vote.ok);
  if (failed || votes.length !== 3) throw new Error(`A replica failed: ${JSON.stringify(votes)}`);
}

async function getAll(client: InternalClient, chain: Replica[], chunks: string[]): Promise<void> {
  const [first] = chain;
  for (const chunk of chunks) {
    const response = await client.request(
      { address: first?.address ?? '', role: 'chunkserver' },
      { method: 'GET', path: `/chunks/${chunk}?offset=0&length=${CHUNK_BYTES}&from=0&to=${CHUNK_BYTES}` },
    );
    let received = 0;
    for await (const piece of response.body) received += (piece as Buffer).length;
    if (received !== CHUNK_BYTES) throw new Error(`Only ${received} bytes came back.`);
  }
}

/** Records per second that many clients append to one shared chunk, one after the other each. */
async function appendRate(client: InternalClient, chain: Replica[]): Promise<number> {
  let chunk = ids.uuid();
  const body = encodeAppendBody(Array.from({ length: RECORDS }, () => randomBytes(SMALL_BYTES)));
  const [first, ...rest] = chain;
  const started = performance.now();
  let records = 0;
  const appendOn = async () => {
    while (performance.now() - started < APPEND_MS) {
      const target = { address: first?.address ?? '', role: 'chunkserver' } as const;
      const call: AppendCall = { chunk, version: 1, leaseUntilMs: systemClock.now() + 60_000, chain: rest };
      const { votes } = appendAnswer.parse(await client.call(target, APPEND_PATH, call, { body }));
      if (!votes.every((vote) => vote.ok)) throw new Error(`A replica failed: ${JSON.stringify(votes)}`);
      records += RECORDS;
      if (records % RECORDS_PER_CHUNK < RECORDS) chunk = ids.uuid();
    }
  };
  await Promise.all(Array.from({ length: APPENDS_IN_FLIGHT }, appendOn));
  return records / ((performance.now() - started) / 1000);
}

function chainText(chain: readonly Replica[]): string {
  return chain.map(({ node, address }) => `${node}@${address}`).join(',');
}

async function megabytesPerSecond(bytes: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return bytes / ((performance.now() - started) / 1000) / 1e6;
}
