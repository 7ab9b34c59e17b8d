/**
 * `PUT /chunks/<id>?version=&offset=`: receives a segment, forwards it as it arrives, writes it with one vectored write,
 * and answers with everyone's votes. Our own failure is a vote as well, so that the rest of the chain may reach a quorum
 * without us; only what concerns the request itself is an error status.
 */
import { combineCrc32c, crc32c } from '../../common/checksum/index.ts';
import { InvalidInput, TooLarge } from '../../common/errors/index.ts';
import {
  BLOCK_BYTES,
  CHUNK_HEADERS,
  physicalLength,
  type Replica,
  SEGMENT_BYTES,
  type Vote,
  type WriteAnswer,
} from '../../common/filesystem/index.ts';
import { CBOR_CONTENT_TYPE, encodeCbor, type InternalRequest } from '../../common/internal/index.ts';
import { RecordBlocks } from '../format/record-blocks.ts';
import type { ChunkserverParts } from '../parts.ts';
import { parseChain } from '../replication/chain.ts';
import { failedVote } from '../replication/own-vote.ts';
import { receiveBody } from '../replication/receive-body.ts';
import { ReplayableBody } from '../replication/replayable-body.ts';
import type { Chunk } from '../store/chunk.ts';
import { checkVersion } from '../store/chunk-store.ts';
import {
  headerOf,
  PAYLOAD_LIMIT,
  parseBodyLength,
  parseChecksum,
  parseChunkPath,
  parseVersion,
  queryNumber,
} from './chunk-request.ts';

interface SegmentRequest {
  chunk: string;
  version: number;
  offset: number;
  length: number;
  checksum: number;
  isLast: boolean;
}

export async function putSegment(parts: ChunkserverParts, context: InternalRequest): Promise<void> {
  const segment = parseSegment(context);
  const chain = parseChain(headerOf(context, CHUNK_HEADERS.chain));
  using _room = await parts.budget.admit(
    segment.length,
    context.peer.role === 'chunkserver' ? 'chunkserver' : 'gateway',
  );
  const chunk = await parts.store.findOrCreate(segment.chunk, segment.version, 'own');
  checkVersion(chunk, segment.version);
  if (chunk.kind !== 'own') throw new InvalidInput(`${chunk.id} is a shared chunk.`, { code: 'wrong-kind' });
  chunk.writers += 1;
  try {
    sendVotes(context, await storeAndForward(parts, context, chunk, segment, chain));
  } finally {
    chunk.writers -= 1;
  }
}

async function storeAndForward(
  parts: ChunkserverParts,
  context: InternalRequest,
  chunk: Chunk,
  segment: SegmentRequest,
  chain: readonly Replica[],
): Promise<Vote[]> {
  const buffer = parts.segmentBuffers.take();
  const body = new ReplayableBody(buffer.subarray(0, segment.length));
  const forwarding = parts.segmentChain.forward(chunk, chain, segment, body, context.requestId);
  forwarding.catch(() => undefined); // awaited below, unless the body itself fails first
  const blocks = await receiveBlocks(parts, context, chunk, segment, body);
  parts.metrics.bytesWritten.inc(segment.length);
  const [own, others] = await Promise.all([ownVote(parts, chunk, { ...segment, blocks }), forwarding]);
  // After a failure somebody may still look at the buffer: a connection that was given up, a write under way.
  if (own.ok && others.every((vote) => vote.ok)) parts.segmentBuffers.giveBack(buffer);
  return [own, ...others];
}

/** Receives the body; checks and cuts it into blocks while each is still in the processor's cache. */
async function receiveBlocks(
  parts: ChunkserverParts,
  context: InternalRequest,
  chunk: Chunk,
  segment: SegmentRequest,
  body: ReplayableBody,
): Promise<RecordBlocks> {
  const blocks = new RecordBlocks(chunk.headers, physicalLength(segment.offset));
  let checksum = 0;
  let done = 0;
  const takeBlocks = () => {
    while (done < body.received && (body.received - done >= BLOCK_BYTES || body.received === body.length)) {
      const block = body.view(done, done + BLOCK_BYTES);
      const own = crc32c(block);
      checksum = combineCrc32c(checksum, own, block.length);
      blocks.pushBlock(block, own);
      done += block.length;
    }
  };
  await receiveBody(context.request, body, {
    clock: parts.clock,
    idleTimeoutMs: parts.config.idleTimeout,
    onProgress: takeBlocks,
  });
  if (checksum !== segment.checksum) {
    throw new InvalidInput('The segment is not what was sent.', { code: 'checksum-mismatch' });
  }
  return blocks;
}

async function ownVote(
  parts: ChunkserverParts,
  chunk: Chunk,
  segment: SegmentRequest & { blocks: RecordBlocks },
): Promise<Vote> {
  const end = physicalLength(segment.offset + segment.length);
  const isRepeated = chunk.state === 'sealed' && (segment.isLast ? end === chunk.length : end <= chunk.length);
  if (isRepeated) return { node: parts.node, ok: true, length: chunk.length, durable: true };
  try {
    return await parts.segments.write(chunk, segment);
  } catch (error) {
    parts.logger.warn({ err: error, chunk: chunk.id }, 'segment not written');
    return failedVote(parts.node, error);
  }
}

function parseSegment(context: InternalRequest): SegmentRequest {
  const chunk = parseChunkPath(context.url);
  const version = parseVersion(context.url);
  const offset = queryNumber(context.url, 'offset', 0, PAYLOAD_LIMIT - 1);
  const length = parseBodyLength(context);
  const isLast = headerOf(context, CHUNK_HEADERS.finish) === '1';
  if (length > SEGMENT_BYTES) throw new TooLarge(`A segment has at most ${SEGMENT_BYTES} bytes.`);
  if (offset % BLOCK_BYTES !== 0) throw new InvalidInput(`'offset' must be a multiple of ${BLOCK_BYTES}.`);
  if (offset + length > PAYLOAD_LIMIT) throw new TooLarge(`A chunk has at most ${PAYLOAD_LIMIT} bytes of payload.`);
  if (!isLast && length % BLOCK_BYTES !== 0) {
    throw new InvalidInput(`All segments but the last must be a multiple of ${BLOCK_BYTES} long.`);
  }
  return { chunk, version, offset, length, checksum: parseChecksum(context), isLast };
}

function sendVotes({ response }: InternalRequest, votes: Vote[]): void {
  const bytes = encodeCbor({ votes } satisfies WriteAnswer);
  response.writeHead(200, { 'content-type': CBOR_CONTENT_TYPE, 'content-length': bytes.length }).end(bytes);
}
