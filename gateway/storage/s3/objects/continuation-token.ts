/**
 * Where a listing goes on, as ListObjectsV2 hands it out: opaque to clients, and nothing that any gateway would have to
 * remember. It is good for the bucket it was made for; the checksum tells one that was cut, changed or made up, from which
 * a client would otherwise silently get a listing with holes. It guards no secret: `start-after` takes any key.
 */
import { hash } from 'node:crypto';
import { invalidArgument } from '../errors/index.ts';

const CHECKSUM_BYTES = 8;

export function continuationToken(bucket: string, after: string): string {
  const position = Buffer.from(after, 'utf8');
  return Buffer.concat([checksumOf(bucket, after), position]).toString('base64url');
}

/** The key or common prefix that it goes on behind. @throws S3Error InvalidArgument */
export function readContinuationToken(bucket: string, token: string): string {
  const bytes = Buffer.from(token, 'base64url');
  const after = bytes.subarray(CHECKSUM_BYTES).toString('utf8');
  if (bytes.length > CHECKSUM_BYTES && continuationToken(bucket, after) === token) return after;
  throw invalidArgument('continuation-token', token.slice(0, 256), 'The continuation token provided is incorrect');
}

function checksumOf(bucket: string, after: string): Buffer {
  return hash('sha256', `${bucket}\n${after}`, 'buffer').subarray(0, CHECKSUM_BYTES);
}
