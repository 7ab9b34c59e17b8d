/** The call `/chunks/read`: many small records in one answer. What is wrong with one of them is that one's answer. */
import { toProblem, Unavailable } from '../../common/errors/index.ts';
import { READ_PATH, type ReadAnswer, type ReadCall, readCall } from '../../common/filesystem/index.ts';
import { type CallRoute, callRoute } from '../../common/internal/index.ts';
import type { ChunkserverParts } from '../parts.ts';

export function readCalls(parts: ChunkserverParts): CallRoute[] {
  return [
    callRoute(READ_PATH, ['gateway'], readCall, async (call, _body, { peer }) => {
      const end = parts.metrics.requests('read', peer.role);
      parts.load.requests += 1;
      try {
        const answer = await readRecords(parts, call);
        end('ok');
        return answer;
      } catch (error) {
        end('failed');
        throw error;
      } finally {
        parts.load.requests -= 1;
      }
    }),
  ];
}

async function readRecords(parts: ChunkserverParts, { records }: ReadCall): Promise<ReadAnswer> {
  if (parts.load.reads >= parts.config.maxConcurrentReads) {
    throw new Unavailable('Too many reads are in flight here.', { code: 'overloaded' });
  }
  parts.load.reads += 1;
  try {
    return await Promise.all(records.map((record) => readRecord(parts, record)));
  } finally {
    parts.load.reads -= 1;
  }
}

async function readRecord(
  { store, reader, metrics, logger }: ChunkserverParts,
  { chunk, offset, length }: ReadCall['records'][number],
): Promise<ReadAnswer[number]> {
  try {
    const payload = await reader.record(store.require(chunk), offset, length);
    metrics.bytesRead.inc(length);
    return payload;
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) logger.warn({ err: error, chunk, offset }, 'a record cannot be read');
    return problem;
  }
}
