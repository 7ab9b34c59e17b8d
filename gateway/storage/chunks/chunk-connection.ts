/** The chunkservers' data path as this gateway speaks it: one HTTP request per segment or read, one call per group of appends. */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../common/clock/index.ts';
import { GatewayTimeout } from '../../../common/errors/index.ts';
import {
  APPEND_PATH,
  type AppendAnswer,
  type AppendCall,
  appendAnswer,
  CHUNK_HEADERS,
  type Extent,
  type Grant,
  type Replica,
  type WriteAnswer,
  writeAnswer,
} from '../../../common/filesystem/index.ts';
import {
  type DownloadClient,
  decodeCbor,
  type InternalClient,
  type InternalResponse,
} from '../../../common/internal/index.ts';
import type { ChunkTiming } from '../timing.ts';

/** Reads of more go over connections that are made for many bytes. */
const DOWNLOADED_BYTES = 128 * 1024;

export interface Segment {
  bytes: Buffer;
  /** CRC-32C of `bytes`. */
  crc32c: number;
  /** Where in the chunk's payload it begins. */
  offset: number;
  /** Whether the chunk ends with it. */
  isLast: boolean;
}

/** When a write is given up. */
export interface WriteLimits {
  signal: AbortSignal;
  timeoutMs: number;
}

export class ChunkConnection {
  readonly #client: InternalClient;
  readonly #downloads: DownloadClient;
  readonly #clock: Clock;
  readonly #timing: Pick<ChunkTiming, 'probeMs' | 'readStallMs'>;

  constructor(
    client: InternalClient,
    downloads: DownloadClient,
    clock: Clock,
    timing: Pick<ChunkTiming, 'probeMs' | 'readStallMs'>,
  ) {
    this.#client = client;
    this.#downloads = downloads;
    this.#clock = clock;
    this.#timing = timing;
  }

  /** @throws AppError when the chunkserver does not say in time that it is alive. */
  async probe(replica: Replica): Promise<void> {
    const { probeMs } = this.#timing;
    const options = { method: 'GET' as const, path: '/health', timeoutMs: probeMs };
    const response = await this.#client.request(target(replica), options);
    await response.body.dump();
  }

  /** Sends a segment to the first of `chain`, which forwards it to the others as it receives. */
  async writeSegment(
    grant: Grant,
    chain: readonly Replica[],
    segment: Segment,
    limits: WriteLimits,
  ): Promise<WriteAnswer> {
    const [first, ...rest] = chain;
    if (!first) throw new Error('A chain has at least one replica.');
    const headers: Record<string, string> = {
      'content-type': 'application/octet-stream',
      [CHUNK_HEADERS.checksum]: segment.crc32c.toString(16).padStart(8, '0'),
    };
    if (rest.length > 0) headers[CHUNK_HEADERS.chain] = chainText(rest);
    if (segment.isLast) headers[CHUNK_HEADERS.finish] = '1';
    const response = await this.#client.request(target(first), {
      method: 'PUT',
      path: `/chunks/${grant.chunk}?version=${grant.version}&offset=${segment.offset}`,
      headers,
      body: segment.bytes,
      ...limits,
    });
    return writeAnswer.parse(await answerOf(response));
  }

  /** Sends a group of records (as `encodeAppendBody` frames them) to the primary of a shared chunk. */
  async append(grant: Grant, body: readonly Uint8Array[], limits: WriteLimits): Promise<AppendAnswer> {
    const [primary, ...rest] = grant.replicas;
    if (!primary) throw new Error('A grant has at least one replica.');
    const { chunk, version, validUntilMs } = grant;
    const call: AppendCall = { chunk, version, leaseUntilMs: validUntilMs, chain: rest };
    return appendAnswer.parse(await this.#client.call(target(primary), APPEND_PATH, call, { body, ...limits }));
  }

  /** The bytes `from` (inclusive) to `to` (exclusive) of an extent, as a stream that the caller consumes or destroys. */
  async read(replica: Replica, extent: Extent, from: number, to: number, signal: AbortSignal): Promise<Readable> {
    const giveUp = new AbortController();
    const onAbort = () => giveUp.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const { readStallMs } = this.#timing;
    // Only for the connection and the answer's head; what comes then is watched by whoever reads it.
    using _timer = this.#clock.setTimer(readStallMs, () =>
      giveUp.abort(new GatewayTimeout(`${replica.node} did not begin to answer within ${readStallMs} ms.`)),
    );
    try {
      signal.throwIfAborted();
      const body = await this.#get(replica, extent, from, to, giveUp.signal);
      body.once('close', () => signal.removeEventListener('abort', onAbort));
      return body;
    } catch (error) {
      signal.removeEventListener('abort', onAbort);
      throw error;
    }
  }

  async #get(replica: Replica, extent: Extent, from: number, to: number, signal: AbortSignal): Promise<Readable> {
    const path = `/chunks/${extent.chunk}?offset=${extent.offset}&length=${extent.length}&from=${from}&to=${to}`;
    if (to - from > DOWNLOADED_BYTES) return await this.#downloads.get(target(replica), path, signal);
    return (await this.#client.request(target(replica), { method: 'GET', path, signal })).body;
  }
}

function target(replica: Replica): { address: string; role: 'chunkserver' } {
  return { address: replica.address, role: 'chunkserver' };
}

function chainText(replicas: readonly Replica[]): string {
  return replicas.map(({ node, address }) => `${node}@${address}`).join(',');
}

async function answerOf(response: InternalResponse): Promise<unknown> {
  return decodeCbor(Buffer.from(await response.body.arrayBuffer()));
}
