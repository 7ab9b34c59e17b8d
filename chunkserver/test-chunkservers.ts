/** Chunkservers for tests, in this process, over real sockets with mutual TLS, and a gateway and a control that talk to them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '../common/checksum/index.ts';
import { type Clock, systemClock } from '../common/clock/index.ts';
import { type Disk, nodeDisk } from '../common/disk/index.ts';
import {
  APPEND_PATH,
  type AppendAnswer,
  type AppendCall,
  appendAnswer,
  CHUNK_HEADERS,
  encodeAppendBody,
  type HeartbeatAnswer,
  type HeartbeatRequest,
  heartbeatRequest,
  type Vote,
  writeAnswer,
} from '../common/filesystem/index.ts';
import { Readiness } from '../common/health/index.ts';
import type { Role } from '../common/identity/index.ts';
import { makeTestAuthority, type TestAuthority } from '../common/identity/test-authority.ts';
import { createIdMaker, systemRandom } from '../common/ids/index.ts';
import { decodeCbor, InternalClient, InternalServer, rpcRoute } from '../common/internal/index.ts';
import { createLogger } from '../common/logging/index.ts';
import { createMetrics } from '../common/metrics/index.ts';
import { type Chunkserver, startChunkserver } from './chunkserver.ts';
import { type ChunkserverConfig, chunkserverConfig } from './config.ts';

const logger = createLogger({ process: 'test', level: 'silent' });

/** What a test's control answers heartbeats with, and what it was told. */
export interface FakeControl extends AsyncDisposable {
  readonly address: string;
  readonly heard: { node: string; request: HeartbeatRequest }[];
  answer: (request: HeartbeatRequest) => Partial<HeartbeatAnswer>;
}

export interface TestChunkserver extends Chunkserver {
  readonly node: string;
  readonly folder: string;
}

export class ChunkserverFixture implements AsyncDisposable {
  readonly folder: string;
  readonly client: InternalClient;
  readonly control: FakeControl;
  readonly authority: TestAuthority;
  readonly #resources = new AsyncDisposableStack();

  private constructor(authority: TestAuthority, folder: string, client: InternalClient, control: FakeControl) {
    this.authority = authority;
    this.folder = folder;
    this.client = client;
    this.control = control;
  }

  static async start(): Promise<ChunkserverFixture> {
    const authority = await makeTestAuthority();
    const folder = await mkdtemp(join(tmpdir(), 'chunkserver-'));
    const control = await fakeControl(authority);
    const client = new InternalClient(await authority.issue({ bramble: 'test', node: 'g', role: 'gateway' }));
    const fixture = new ChunkserverFixture(authority, folder, client, control);
    fixture.#resources.defer(() => rm(folder, { recursive: true, force: true }));
    fixture.#resources.use(control);
    fixture.#resources.use(client);
    return fixture;
  }

  newId(): string {
    return createIdMaker(systemClock, systemRandom).uuid();
  }

  async clientOf(role: Role): Promise<InternalClient> {
    const identity = await this.authority.issue({ bramble: 'test', node: 'other', role });
    return this.#resources.use(new InternalClient(identity));
  }

  /** A chunkserver; the same `node` again goes on in the same folder. */
  async chunkserver(
    node: string,
    options: { config?: Partial<ChunkserverConfig>; disk?: Disk; clock?: Clock } = {},
  ): Promise<TestChunkserver> {
    const folder = join(this.folder, node);
    const identity = await this.authority.issue({ bramble: 'test', node, role: 'chunkserver' });
    const client = new InternalClient(identity);
    const started = await startChunkserver({
      config: {
        ...chunkserverConfig.parse({
          port: 0,
          dataFolder: folder,
          identityFolder: folder,
          controlAddress: this.control.address,
          heartbeatInterval: 50,
          reserveBytes: 0,
        }),
        ...options.config,
      },
      identity,
      client,
      disk: options.disk ?? nodeDisk,
      clock: options.clock ?? systemClock,
      random: systemRandom,
      logger,
    });
    let isStopped = false;
    const chunkserver = {
      node,
      folder,
      address: started.address,
      store: started.store,
      [Symbol.asyncDispose]: async () => {
        if (isStopped) return;
        isStopped = true;
        await started[Symbol.asyncDispose]();
        await client[Symbol.asyncDispose]();
      },
    };
    return this.#resources.use(chunkserver);
  }

  /** Sends one segment; answers the votes. */
  async put(
    chain: readonly { node: string; address: string }[],
    chunk: string,
    offset: number,
    payload: Uint8Array,
    options: { isLast?: boolean; version?: number; checksum?: number } = {},
  ): Promise<Vote[]> {
    const [first, ...rest] = chain;
    const response = await this.client.request(
      { address: first?.address ?? '', role: 'chunkserver' },
      {
        method: 'PUT',
        path: `/chunks/${chunk}?version=${options.version ?? 1}&offset=${offset}`,
        headers: {
          [CHUNK_HEADERS.checksum]: (options.checksum ?? crc32c(payload)).toString(16).padStart(8, '0'),
          ...(rest.length > 0 && { [CHUNK_HEADERS.chain]: chainText(rest) }),
          ...(options.isLast && { [CHUNK_HEADERS.finish]: '1' }),
        },
        body: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
        timeoutMs: 20_000,
      },
    );
    return writeAnswer.parse(decodeCbor(Buffer.from(await response.body.arrayBuffer()))).votes;
  }

  /** Appends records through the first of the chain. */
  async append(
    chain: readonly { node: string; address: string }[],
    chunk: string,
    records: Uint8Array[],
    options: { version?: number; leaseUntilMs?: number } = {},
  ): Promise<AppendAnswer> {
    const [first, ...rest] = chain;
    const { version = 1, leaseUntilMs = Date.now() + 60_000 } = options;
    const target = { address: first?.address ?? '', role: 'chunkserver' } as const;
    const call: AppendCall = { chunk, version, leaseUntilMs, chain: rest };
    const sent = { body: encodeAppendBody(records), timeoutMs: 20_000 };
    return appendAnswer.parse(await this.client.call(target, APPEND_PATH, call, sent));
  }

  /** Payload `from` to `to` of the record at `offset`. */
  async get(
    server: { address: string },
    chunk: string,
    record: { offset?: number; length: number; from?: number; to?: number },
  ): Promise<Buffer> {
    const { offset = 0, length, from = 0, to = length } = record;
    const response = await this.client.request(
      { address: server.address, role: 'chunkserver' },
      { method: 'GET', path: `/chunks/${chunk}?offset=${offset}&length=${length}&from=${from}&to=${to}` },
    );
    return Buffer.from(await response.body.arrayBuffer());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

export function chainText(chain: readonly { node: string; address: string }[]): string {
  return chain.map(({ node, address }) => `${node}@${address}`).join(',');
}

/** Waits for `condition`, at most `timeoutMs`. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not so within ${timeoutMs} ms: ${condition}`);
    await systemClock.sleep(10);
  }
}

async function fakeControl(authority: TestAuthority): Promise<FakeControl> {
  const heard: FakeControl['heard'] = [];
  const control = { heard, answer: () => ({}) } as unknown as {
    -readonly [Key in keyof FakeControl]: FakeControl[Key];
  };
  const server = await InternalServer.listen({
    identity: await authority.issue({ bramble: 'test', node: 'c', role: 'control' }),
    logger,
    readiness: new Readiness(),
    metrics: createMetrics('control'),
    host: '127.0.0.1',
    port: 0,
    routes: [
      rpcRoute('/internal/filesystem/heartbeat', ['chunkserver'], heartbeatRequest, async (request, { peer }) => {
        heard.push({ node: peer.node, request });
        const usual = { masterEpoch: 1, wantFullReport: false, pendingDeletes: [], seals: [], intervalMs: 50 };
        return { ...usual, ...control.answer(request) };
      }),
    ],
  });
  control.address = server.address;
  control[Symbol.asyncDispose] = () => server[Symbol.asyncDispose]();
  return control;
}
