/** Paths, queries and headers of the data path, parsed at the door. */
import { InvalidInput } from '../../common/errors/index.ts';
import { CHUNK_BYTES, CHUNK_HEADERS, chunkId } from '../../common/filesystem/index.ts';
import type { InternalRequest } from '../../common/internal/index.ts';

const PATH = /^\/chunks\/([^/]+)$/;

/** @throws InvalidInput `invalid-chunk` when the id is not one. */
export function parseChunkPath(url: URL): string {
  const [, chunk] = PATH.exec(url.pathname) ?? [];
  if (!chunk || !chunkId.safeParse(chunk).success) {
    throw new InvalidInput('The path must be /chunks/<id>, the id a UUIDv7.', { code: 'invalid-chunk' });
  }
  return chunk;
}

/** A whole number of the query, `min` to `max`. */
export function queryNumber(url: URL, name: string, min: number, max: number): number {
  const text = url.searchParams.get(name) ?? '';
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new InvalidInput(`'${name}' must be a whole number from ${min} to ${max}.`, {
      fields: { [name]: `${min} to ${max}` },
    });
  }
  return value;
}

export function parseVersion(url: URL): number {
  return queryNumber(url, 'version', 1, Number.MAX_SAFE_INTEGER);
}

/** Content-Length. @throws InvalidInput without one. */
export function parseBodyLength({ request }: InternalRequest): number {
  const text = request.headers['content-length'] ?? '';
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidInput('A Content-Length of at least one byte is needed.');
  return Number(text);
}

/** The checksum header. @throws InvalidInput when it is missing or not eight hex digits. */
export function parseChecksum(context: InternalRequest): number {
  const text = headerOf(context, CHUNK_HEADERS.checksum) ?? '';
  if (!/^[0-9a-f]{8}$/i.test(text)) throw new InvalidInput(`${CHUNK_HEADERS.checksum} must be eight hex digits.`);
  return Number.parseInt(text, 16);
}

export function headerOf({ request }: InternalRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** Payload bytes of a chunk, at most. */
export const PAYLOAD_LIMIT = CHUNK_BYTES;
