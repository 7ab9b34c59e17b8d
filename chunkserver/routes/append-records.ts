/** The calls `/chunks/append` (from gateways, to the primary) and `/chunks/replicate` (from one replica to the next). */
import { Conflict, InvalidInput, TooLarge } from '../../common/errors/index.ts';
import {
  APPEND_BODY_BYTES,
  APPEND_PATH,
  type AppendAnswer,
  type AppendCall,
  type AppendRecord,
  appendCall,
  decodeAppendBody,
  REPLICATE_PATH,
  type ReplicateCall,
  replicateCall,
  type WriteAnswer,
} from '../../common/filesystem/index.ts';
import { type CallContext, type CallRoute, callRoute } from '../../common/internal/index.ts';
import type { ChunkserverParts } from '../parts.ts';
import type { Chunk } from '../store/chunk.ts';

export function appendCalls(parts: ChunkserverParts): CallRoute[] {
  return [
    callRoute(APPEND_PATH, ['gateway'], appendCall, (call, body, context) =>
      counted(parts, 'append', body, context, () => append(parts, call, body, context)),
    ),
    callRoute(REPLICATE_PATH, ['chunkserver'], replicateCall, (call, body, context) =>
      counted(parts, 'replicate', body, context, () => replicate(parts, call, body, context)),
    ),
  ];
}

/** Within the budget of writes, and seen in the metrics. */
async function counted<Answer>(
  parts: ChunkserverParts,
  name: 'append' | 'replicate',
  body: Buffer,
  { peer }: CallContext,
  carryOut: () => Promise<Answer>,
): Promise<Answer> {
  if (body.length > APPEND_BODY_BYTES) throw new TooLarge(`An append has at most ${APPEND_BODY_BYTES} bytes.`);
  const end = parts.metrics.requests(name, peer.role);
  parts.load.requests += 1;
  try {
    using _room = await parts.budget.admit(body.length, name === 'append' ? 'gateway' : 'chunkserver');
    const answer = await carryOut();
    end('ok');
    return answer;
  } catch (error) {
    end('failed');
    throw error;
  } finally {
    parts.load.requests -= 1;
  }
}

async function append(
  parts: ChunkserverParts,
  { chunk: id, version, leaseUntilMs, chain }: AppendCall,
  body: Buffer,
  { requestId }: CallContext,
): Promise<AppendAnswer> {
  if (parts.clock.now() >= leaseUntilMs) {
    throw new Conflict(`The lease on ${id} has expired.`, { code: 'lease-expired' });
  }
  const records = recordsOf(parts, body);
  const chunk = await sharedChunk(parts, id, version);
  return await writing(chunk, () =>
    parts.appends.append(chunk, { records, body, version, leaseUntilMs, chain, requestId }),
  );
}

async function replicate(
  parts: ChunkserverParts,
  { chunk: id, version, offset, chain }: ReplicateCall,
  body: Buffer,
  { requestId }: CallContext,
): Promise<WriteAnswer> {
  const records = recordsOf(parts, body);
  if (offset > 0 && !parts.store.find(id)) {
    throw new Conflict(`There is no replica of ${id} here to go on with.`, { code: 'gap' });
  }
  const chunk = await sharedChunk(parts, id, version);
  const group = { records, body, version, chain, requestId };
  return { votes: await writing(chunk, () => parts.appends.replicate(chunk, group, offset)) };
}

function recordsOf(parts: ChunkserverParts, body: Buffer): AppendRecord[] {
  const records = decodeAppendBody(body);
  parts.metrics.bytesWritten.inc(body.length);
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
