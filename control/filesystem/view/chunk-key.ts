/** Chunk ids as their 16 bytes, in keys and in extents. */
export function chunkBytes(chunk: string): Buffer {
  if (latest.chunk !== chunk) latest = { chunk, bytes: Buffer.from(chunk.replaceAll('-', ''), 'hex') };
  return latest.bytes;
}

/** A memo: nearly all small objects of an entry lie in one chunk, which is asked for some five times by each. Never written to. */
let latest = { chunk: '', bytes: Buffer.alloc(0) };

export function chunkName(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
