/** Bodies that are documents: read whole, bounded, checked like any other. */
import { S3Error } from './errors/index.ts';
import type { S3BodyOptions, S3Request } from './s3-request.ts';

/** As S3: configurations are small, a batch of 1,000 deletions is the largest document there is. */
export const DOCUMENT_BYTES = 2 * 1024 * 1024;

/** @throws S3Error MaxMessageLengthExceeded, or whatever is wrong with its length, signature or checksums. */
export async function readDocumentBytes(
  request: S3Request,
  limitBytes = DOCUMENT_BYTES,
  options: S3BodyOptions = {},
): Promise<Buffer> {
  const { stream, size } = request.body(options);
  if (size !== undefined && size > limitBytes) throw tooLong();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > limitBytes) throw tooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

function tooLong(): S3Error {
  return new S3Error('MaxMessageLengthExceeded');
}
