import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Hex digest of a whole stream. */
export async function digest(algorithm: 'md5' | 'sha256', stream: Readable): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of stream) hash.update(piece as Buffer);
  return hash.digest('hex');
}
