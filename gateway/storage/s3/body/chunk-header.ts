/** One line before a chunk: `<size in hex>[;chunk-signature=<64 hex>]`. */
import { chunkMalformed } from './refusals.ts';

export interface ChunkHeader {
  /** Bytes. */
  size: number;
  signature: string | undefined;
}

/** @throws S3Error InvalidRequest */
export function parseChunkHeader(line: string): ChunkHeader {
  const [size = '', ...extensions] = line.split(';');
  // Twelve hex digits are 256 TiB: more than any object, and exact as a number.
  if (!/^[0-9a-f]{1,12}$/i.test(size)) throw chunkMalformed('the size of a chunk is no number in hex');
  let signature: string | undefined;
  for (const extension of extensions) {
    const match = /^\s*chunk-signature=([0-9a-f]{64})\s*$/i.exec(extension);
    if (!match || signature !== undefined) throw chunkMalformed('a chunk has an extension that S3 does not know');
    signature = match[1];
  }
  return { size: Number.parseInt(size, 16), signature };
}
