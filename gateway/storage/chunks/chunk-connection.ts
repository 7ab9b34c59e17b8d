/** The chunkservers' data path as this gateway speaks it: one HTTP request per segment, group of appends, or read. */
import type { Readable } from 'node:stream';
import {
  type AppendAnswer,
  appendAnswer,
  CHUNK_HEADERS,
  type Extent,
  type Grant,
  type Replica,
  type WriteAnswer,
  writeAnswer,
} from '../../../common/filesystem/index.ts';
import { decodeCbor, type InternalClient, type InternalResponse } from '../../../common/internal/index.ts';
import { APPEND_MS, FINISH_MS, READ_STALL_MS, SEGMENT_MS } from '../timing.ts';

export interface Segment {
  bytes: Buffer;
  /** CRC-32C of `bytes`. */
  crc32c: number;
  /** Where in the chunk's payload it begins. */
  offset: number;
  /** Whether the chunk ends with it. */
  isLast: boolean;
}

export class ChunkConnection {
  readonly #client: InternalClient;

  constructor(client: InternalClient) {
    this.#client = client;
  }

  /** Sends a segment to the first of `chain`, which forwards it to the others as it receives. */
  async writeSegment(
    grant: Grant,
    chain: readonly Replica[],
    segment: Segment,
    signal: AbortSignal,
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
      signal,
      timeoutMs: segment.isLast ? FINISH_MS : SEGMENT_MS,
    });
    return writeAnswer.parse(await answerOf(response));
  }

  /** Sends a group of records (as `encodeAppendBody` frames them) to the primary of a shared chunk. */
  async append(grant: Grant, body: Buffer): Promise<AppendAnswer> {
    const [primary, ...rest] = grant.replicas;
    if (!primary) throw new Error('A grant has at least one replica.');
    const response = await this.#client.request(target(primary), {
      method: 'POST',
      path: `/chunks/${grant.chunk}/append?version=${grant.version}`,
      headers: {
        'content-type': 'application/octet-stream',
        [CHUNK_HEADERS.lease]: String(grant.validUntilMs),
        [CHUNK_HEADERS.chain]: chainText(rest),
      },
      body,
      timeoutMs: APPEND_MS,
    });
    return appendAnswer.parse(await answerOf(response));
  }

  /** The bytes `from` (inclusive) to `to` (exclusive) of an extent, as a stream that the caller consumes or destroys. */
  async read(replica: Replica, extent: Extent, from: number, to: number, signal: AbortSignal): Promise<Readable> {
    const response = await this.#client.request(target(replica), {
      method: 'GET',
      path: `/chunks/${extent.chunk}?offset=${extent.offset}&length=${extent.length}&from=${from}&to=${to}`,
      signal,
      headersTimeoutMs: READ_STALL_MS,
    });
    return response.body;
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
