/** How long a body is said to be. */
import type { IncomingHttpHeaders } from 'node:http';
import type { PayloadMode } from '../auth/index.ts';
import { decodedLengthMissing, lengthMalformed } from './refusals.ts';

const DECODED_LENGTH = 'x-amz-decoded-content-length';

/**
 * Bytes of the decoded body; undefined when nothing says.
 * @throws S3Error MissingContentLength for a body in chunks that does not say it, InvalidArgument for what is no number.
 */
export function announcedLength(headers: IncomingHttpHeaders, payload: PayloadMode): number | undefined {
  const isChunked = payload.kind === 'streaming';
  const name = isChunked ? DECODED_LENGTH : 'content-length';
  const value = headers[name]?.toString().trim();
  if (value === undefined) {
    if (isChunked) throw decodedLengthMissing();
    return undefined;
  }
  if (!/^\d{1,15}$/.test(value)) throw lengthMalformed(name, value);
  return Number(value);
}
