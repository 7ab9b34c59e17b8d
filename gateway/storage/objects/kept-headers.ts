/** The request headers that are kept with an object and given back by GET. */
import type { IncomingHttpHeaders } from 'node:http';
import { InvalidInput } from '../../../common/errors/index.ts';
import { contentTypeByName } from './content-type.ts';

const KEPT = ['cache-control', 'content-disposition', 'content-encoding', 'content-language'] as const;
const USER_PREFIX = 'x-meta-';
/** All kept names and values together. */
const MAX_BYTES = 8 * 1024;
const MAX_CONTENT_TYPE_LENGTH = 256;

/** @throws InvalidInput when they are too large together. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const name in headers) {
    if (!name.startsWith(USER_PREFIX) && !(KEPT as readonly string[]).includes(name)) continue;
    const value = headers[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    bytes += name.length + text.length;
    kept[name] = text;
  }
  if (bytes <= MAX_BYTES) return kept;
  throw new InvalidInput(`Metadata headers are ${bytes} bytes; at most ${MAX_BYTES} are kept with an object.`, {
    code: 'metadata-too-large',
  });
}

/** @throws InvalidInput when the type is too long to keep. */
export function contentTypeOf(header: string | undefined, key: string): string {
  if (header === undefined || header.trim() === '') return contentTypeByName(key);
  if (header.length <= MAX_CONTENT_TYPE_LENGTH) return header;
  throw new InvalidInput(`Content-Type has more than ${MAX_CONTENT_TYPE_LENGTH} characters.`);
}
