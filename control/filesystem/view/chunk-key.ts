/** Chunk ids as their 16 bytes, in keys and in extents. */
export function chunkBytes(chunk: string): Buffer {
  return Buffer.from(chunk.replaceAll('-', ''), 'hex');
}

export function chunkName(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
