/** A small body of announced length, whole in memory; without a copy when it came in one piece, as it usually does. */
import type { Readable } from 'node:stream';
import { BodyReader, type BodyReaderOptions } from './body-reader.ts';

export async function readSmallBody(
  body: Readable,
  length: number,
  options: Omit<BodyReaderOptions, 'expectedBytes'>,
): Promise<Buffer<ArrayBuffer>> {
  // What came along with the head is here already.
  const piece: Buffer<ArrayBuffer> | null = body.readableLength === length && length > 0 ? body.read(length) : null;
  if (piece) {
    options.onProgress?.(length);
    return piece;
  }
  using reader = new BodyReader(body, { ...options, expectedBytes: length });
  const into = Buffer.allocUnsafe(length);
  if (length === 0 || (await reader.fill(into)) === length) return into;
  throw new Error('A body that was not cut gave fewer bytes than announced.');
}
