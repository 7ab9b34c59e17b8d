/** Forwards segments down a chunk's chain, and fills in what the next replica turns out to lack. */
import { crc32c } from '../../common/checksum/index.ts';
import type { Clock } from '../../common/clock/index.ts';
import {
  CHUNK_HEADERS,
  payloadLength,
  physicalLength,
  type Replica,
  SEGMENT_BYTES,
  type Vote,
} from '../../common/filesystem/index.ts';
import type { Chunk } from '../store/chunk.ts';
import type { ChunkReader } from '../store/chunk-reader.ts';
import type { ChainForwarder, ChainWrite, LostReplicas } from './chain-forwarder.ts';
import { failedVote } from './own-vote.ts';
import { ReplayableBody } from './replayable-body.ts';
import type { ReplicaLink, ReplicaWrite } from './replica-link.ts';

export interface ForwardedSegment {
  version: number;
  offset: number;
  length: number;
  checksum: number;
  isLast: boolean;
}

/** What is remembered of the others while a chunk is written here. */
interface ChainMemory {
  lost: LostReplicas;
  /** Bytes of its file that a replica said to have, by node. */
  confirmed: Map<string, number>;
}

export interface SegmentChainOptions {
  forwarder: ChainForwarder;
  link: ReplicaLink;
  reader: ChunkReader;
  clock: Clock;
  /** How long a replica may take to answer once it has a segment. */
  answerTimeoutMs: number;
  /** The same for the last segment, which makes the whole chunk durable. */
  finishTimeoutMs: number;
  /** How long missing segments may be copied to the next replica before it is given up. */
  catchUpTimeoutMs: number;
}

export class SegmentChain {
  readonly #memory = new WeakMap<Chunk, ChainMemory>();
  readonly #options: SegmentChainOptions;

  constructor(options: SegmentChainOptions) {
    this.#options = options;
  }

  /** Everyone's votes. @throws the body's failure. */
  async forward(
    chunk: Chunk,
    chain: readonly Replica[],
    segment: ForwardedSegment,
    body: ReplayableBody,
    requestId: string,
  ): Promise<Vote[]> {
    if (chain.length === 0) return [];
    const memory = this.#memoryOf(chunk);
    const write = this.#write(chunk.id, segment, body, requestId);
    const votes = await this.#options.forwarder.forward(chain, memory.lost, this.#sending(write));
    for (const vote of votes) if (vote.ok) memory.confirmed.set(vote.node, vote.length);
    const next = chain.find(({ node }) => !memory.lost.has(node));
    const first = votes.find(({ node }) => node === next?.node);
    if (!next || !first || first.ok || first.code !== 'gap') return votes;
    const behind = chain.slice(chain.indexOf(next) + 1);
    try {
      const filled = await this.#fillGap(chunk, next, behind, segment, write, memory);
      return votes.map((vote) => filled.find(({ node }) => node === vote.node) ?? vote);
    } catch (error) {
      memory.lost.set(next.node, failedVote(next.node, error));
      return votes;
    }
  }

  /** Copies the segments that `next` lacks from our own file, then sends the last one again. */
  async #fillGap(
    chunk: Chunk,
    next: Replica,
    behind: readonly Replica[],
    last: ForwardedSegment,
    write: ReplicaWrite,
    memory: ChainMemory,
  ): Promise<Vote[]> {
    const { clock, reader, link, forwarder, catchUpTimeoutMs } = this.#options;
    const deadline = clock.monotonic() + catchUpTimeoutMs;
    const has = payloadLength(memory.confirmed.get(next.node) ?? 0);
    for (let offset = has - (has % SEGMENT_BYTES); offset < last.offset; offset += SEGMENT_BYTES) {
      if (clock.monotonic() >= deadline) return [];
      const length = Math.min(SEGMENT_BYTES, last.offset - offset);
      if (chunk.length < physicalLength(offset + length)) return [];
      const payload = await reader.readAll(chunk, {
        offset: 0,
        length: offset + length,
        from: offset,
        to: offset + length,
      });
      const checksum = crc32c(payload);
      const missing = { version: last.version, offset, length, checksum, isLast: false };
      await link.send(next, behind, this.#write(chunk.id, missing, ReplayableBody.whole(payload), write.requestId));
    }
    return await forwarder.forward([next, ...behind], memory.lost, this.#sending(write));
  }

  #write(chunk: string, segment: ForwardedSegment, body: ReplayableBody, requestId: string): ReplicaWrite {
    return {
      path: `/chunks/${chunk}?version=${segment.version}&offset=${segment.offset}`,
      headers: {
        [CHUNK_HEADERS.checksum]: segment.checksum.toString(16).padStart(8, '0'),
        ...(segment.isLast && { [CHUNK_HEADERS.finish]: '1' }),
      },
      body,
      requestId,
      answerTimeoutMs: segment.isLast ? this.#options.finishTimeoutMs : this.#options.answerTimeoutMs,
    };
  }

  #sending(write: ReplicaWrite): ChainWrite {
    return {
      requestId: write.requestId,
      get failure() {
        return write.body.failure;
      },
      sendTo: (next, behind) => this.#options.link.send(next, behind, write),
    };
  }

  #memoryOf(chunk: Chunk): ChainMemory {
    const memory = this.#memory.get(chunk) ?? { lost: new Map(), confirmed: new Map() };
    this.#memory.set(chunk, memory);
    return memory;
  }
}
