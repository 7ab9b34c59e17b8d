import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Hex digest of a whole stream. */
export async function sha256(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stream) hash.update(piece as Buffer);
  return hash.digest('hex');
}
