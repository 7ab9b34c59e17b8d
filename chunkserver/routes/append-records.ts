/** `POST /chunks/<id>/append` (from gateways, to the primary) and `/replicate` (from one replica to the next). */
import { Conflict, InvalidInput, NotFound, TooLarge } from '../../common/errors/index.ts';
import {
  APPEND_BODY_BYTES,
  type AppendRecord,
  CHUNK_FILE_BYTES,
  CHUNK_HEADERS,
  decodeAppendBody,
} from '../../common/filesystem/index.ts';
import type { InternalRequest } from '../../common/internal/index.ts';
import type { ChunkserverParts } from '../parts.ts';
import { parseChain } from '../replication/chain.ts';
import { receiveBody } from '../replication/receive-body.ts';
import { ReplayableBody } from '../replication/replayable-body.ts';
import type { Chunk } from '../store/chunk.ts';
import { headerOf, parseBodyLength, parseChunkPath, parseVersion, queryNumber } from './chunk-request.ts';
import { sendCbor, sendVotes } from './put-segment.ts';

/** Both POST routes: which of them is in the path. */
export async function postToChunk(parts: ChunkserverParts, context: InternalRequest): Promise<void> {
  const { chunk, action } = parseChunkPath(context.url);
  if (!action) throw new NotFound('POST is for /chunks/<id>/append and /chunks/<id>/replicate.');
  const isAppend = action === 'append';
  if (context.peer.role !== (isAppend ? 'gateway' : 'chunkserver')) {
    throw new InvalidInput(`A ${context.peer.role} does not ${action}.`, { code: 'wrong-role' });
  }
  const length = parseBodyLength(context);
  if (length > APPEND_BODY_BYTES) throw new TooLarge(`An append has at most ${APPEND_BODY_BYTES} bytes.`);
  using _room = await parts.budget.admit(length, isAppend ? 'gateway' : 'chunkserver');
  await (isAppend ? append(parts, context, chunk, length) : replicate(parts, context, chunk, length));
}

async function append(parts: ChunkserverParts, context: InternalRequest, id: string, length: number): Promise<void> {
  const version = parseVersion(context.url);
  const chain = parseChain(headerOf(context, CHUNK_HEADERS.chain));
  const leaseUntilMs = parseLease(context);
  if (parts.clock.now() >= leaseUntilMs) {
    throw new Conflict(`The lease on ${id} has expired.`, { code: 'lease-expired' });
  }
  const records = await receiveRecords(parts, context, length);
  const chunk = await sharedChunk(parts, id, version);
  const answer = await writing(chunk, () =>
    parts.appends.append(chunk, { records, version, leaseUntilMs, chain, requestId: context.requestId }),
  );
  sendCbor(context, answer);
}

async function replicate(parts: ChunkserverParts, context: InternalRequest, id: string, length: number): Promise<void> {
  const version = parseVersion(context.url);
  const offset = queryNumber(context.url, 'offset', 0, CHUNK_FILE_BYTES);
  const chain = parseChain(headerOf(context, CHUNK_HEADERS.chain));
  const records = await receiveRecords(parts, context, length);
  if (offset > 0 && !parts.store.find(id)) {
    throw new Conflict(`There is no replica of ${id} here to go on with.`, { code: 'gap' });
  }
  const chunk = await sharedChunk(parts, id, version);
  const votes = await writing(chunk, () =>
    parts.appends.replicate(chunk, { records, version, chain, requestId: context.requestId }, offset),
  );
  sendVotes(context, votes);
}

async function receiveRecords(
  parts: ChunkserverParts,
  context: InternalRequest,
  length: number,
): Promise<AppendRecord[]> {
  const body = new ReplayableBody(Buffer.allocUnsafe(length));
  await receiveBody(context.request, body, { clock: parts.clock, idleTimeoutMs: parts.config.idleTimeout });
  const records = decodeAppendBody(body.view(0, length));
  parts.metrics.bytesWritten.inc(length);
  return records;
}

async function sharedChunk(parts: ChunkserverParts, id: string, version: number): Promise<Chunk> {
  const chunk = await parts.store.findOrCreate(id, version, 'shared');
  if (chunk.kind !== 'shared') throw new InvalidInput(`${id} is not a shared chunk.`, { code: 'wrong-kind' });
  return chunk;
}

async function writing<T>(chunk: Chunk, task: () => Promise<T>): Promise<T> {
  chunk.writers += 1;
  try {
    return await task();
  } finally {
    chunk.writers -= 1;
  }
}

function parseLease(context: InternalRequest): number {
  const text = headerOf(context, CHUNK_HEADERS.lease) ?? '';
  if (!/^\d{1,15}$/.test(text)) throw new InvalidInput(`${CHUNK_HEADERS.lease} must be milliseconds since the epoch.`);
  return Number(text);
}
