import type { Role } from '../../common/identity/index.ts';
import type { InternalRequest, InternalRoute } from '../../common/internal/index.ts';
import type { ChunkserverParts } from '../parts.ts';
import { putSegment } from './put-segment.ts';
import { readRecord } from './read-record.ts';

/** The data path; see common/filesystem/chunkserver-protocol.ts. */
export function chunkRoutes(parts: ChunkserverParts): InternalRoute[] {
  const route = (
    method: string,
    roles: readonly Role[],
    handle: (parts: ChunkserverParts, context: InternalRequest) => Promise<void>,
  ): InternalRoute => ({
    method,
    path: '/chunks/*',
    roles,
    handle: async (context) => {
      const end = parts.metrics.requests(method, context.peer.role);
      parts.load.requests += 1;
      try {
        await handle(parts, context);
        end('ok');
      } catch (error) {
        end('failed');
        await drain(parts, context);
        throw error;
      } finally {
        parts.load.requests -= 1;
      }
    },
  });
  return [
    route('PUT', ['gateway', 'chunkserver'], putSegment),
    route('GET', ['gateway', 'chunkserver', 'control'], readRecord),
  ];
}

const DRAIN_BYTES = 16 * 1024 * 1024;
const DRAIN_MS = 1_000;

/**
 * Takes what is left of a refused body, so that the refusal can be read: closing a connection with unread bytes resets
 * it, and the sender would learn no reason.
 */
async function drain(parts: ChunkserverParts, { request }: InternalRequest): Promise<void> {
  const isShort = Number(request.headers['content-length'] ?? 0) <= DRAIN_BYTES;
  if (request.complete || request.destroyed || !isShort) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const event of ['end', 'close', 'error']) request.once(event, () => resolve());
  request.resume();
  using _deadline = parts.clock.setTimer(DRAIN_MS, resolve);
  await promise;
}
