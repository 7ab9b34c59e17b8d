/** Bodies as a client would send them, for tests. */
import { createHash, createHmac } from 'node:crypto';
import type { SigningState } from '../auth/index.ts';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface ChunkedBody {
  chunks: readonly Buffer[];
  /** When the chunks are signed. */
  signing?: SigningState;
  trailers?: Readonly<Record<string, string>>;
}

export function encodeChunked({ chunks, signing, trailers }: ChunkedBody): Buffer {
  const pieces: Buffer[] = [];
  let previous = signing?.seedSignature ?? '';
  const sign = (kind: string, hashes: string): string => {
    if (!signing) return '';
    const text = `AWS4-HMAC-SHA256-${kind}\n${signing.amzDate}\n${signing.scope}\n${previous}\n${hashes}`;
    previous = createHmac('sha256', signing.signingKey).update(text).digest('hex');
    return previous;
  };
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    const signature = sign('PAYLOAD', `${sha256('')}\n${sha256(chunk)}`);
    pieces.push(Buffer.from(`${chunk.length.toString(16)}${signing ? `;chunk-signature=${signature}` : ''}\r\n`));
    if (chunk.length > 0) pieces.push(chunk, Buffer.from('\r\n'));
  }
  if (trailers) {
    const lines = Object.entries(trailers);
    for (const [name, value] of lines) pieces.push(Buffer.from(`${name}:${value}\r\n`));
    const canonical = lines.map(([name, value]) => `${name}:${value}\n`).join('');
    if (signing) pieces.push(Buffer.from(`x-amz-trailer-signature:${sign('TRAILER', sha256(canonical))}\r\n`));
  }
  pieces.push(Buffer.from('\r\n'));
  return Buffer.concat(pieces);
}
