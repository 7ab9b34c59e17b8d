/**
 * `GET /chunks/<id>?offset=&length=&from=&to=`. A fault in the first piece is answered as 502 `checksum-mismatch`; a
 * later one ends the connection, so that the reader sees a short answer and goes on with another replica.
 */
import type { ServerResponse } from 'node:http';
import { Unavailable } from '../../common/errors/index.ts';
import { CHUNK_FILE_BYTES } from '../../common/filesystem/index.ts';
import type { InternalRequest } from '../../common/internal/index.ts';
import type { ChunkserverParts } from '../parts.ts';
import type { ReadPiece, RecordRange } from '../store/chunk-reader.ts';
import { PAYLOAD_LIMIT, parseChunkPath, queryNumber } from './chunk-request.ts';

export async function readRecord(parts: ChunkserverParts, context: InternalRequest): Promise<void> {
  const id = parseChunkPath(context.url);
  const range = parseRange(context.url);
  if (parts.load.reads >= parts.config.maxConcurrentReads) {
    throw new Unavailable('Too many reads are in flight here.', { code: 'overloaded' });
  }
  parts.load.reads += 1;
  try {
    await sendRange(parts, context, id, range);
  } finally {
    parts.load.reads -= 1;
  }
}

async function sendRange(parts: ChunkserverParts, context: InternalRequest, id: string, range: RecordRange) {
  const { response, signal } = context;
  const pieces = parts.reader.pieces(parts.store.require(id), range);
  let sent: Promise<void> | undefined;
  try {
    for await (const piece of pieces) {
      if (!response.headersSent) {
        response.writeHead(200, {
          'content-type': 'application/octet-stream',
          'content-length': range.to - range.from,
        });
      }
      // One piece may be on its way while the next is being checked: no more, or a slow reader would fill the memory.
      await sent;
      signal.throwIfAborted();
      sent = sendPiece(parts, response, piece);
      sent.catch(() => undefined); // awaited in the next round or behind the loop
      parts.metrics.bytesRead.inc(piece.payload.length);
    }
    await sent;
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    if (!signal.aborted) parts.logger.warn({ err: error, chunk: id, requestId: context.requestId }, 'read broken off');
    response.destroy();
  }
}

/** Resolves when the piece has left for the network and its buffer was given back. */
async function sendPiece(parts: ChunkserverParts, response: ServerResponse, piece: ReadPiece): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = () => reject(new Error('The reader went away.'));
  response.once('close', onClose);
  using _deadline = parts.clock.setTimer(parts.config.idleTimeout, () =>
    reject(new Error(`The reader took nothing for ${parts.config.idleTimeout} ms.`)),
  );
  try {
    response.write(piece.payload, (error) => (error ? reject(error) : resolve()));
    await promise;
    piece[Symbol.dispose](); // only when all was sent: a broken connection may still look at the buffer
  } finally {
    response.off('close', onClose);
  }
}

function parseRange(url: URL): RecordRange {
  const offset = queryNumber(url, 'offset', 0, CHUNK_FILE_BYTES);
  const length = queryNumber(url, 'length', 1, PAYLOAD_LIMIT);
  const from = queryNumber(url, 'from', 0, length - 1);
  const to = queryNumber(url, 'to', from + 1, length);
  return { offset, length, from, to };
}
