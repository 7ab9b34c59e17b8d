/** An extent as fields of a record. */
import type { Extent } from '../../../common/filesystem/index.ts';
import { chunkBytes, chunkName } from './chunk-key.ts';

export const EXTENT_FIELDS = 4;

export function extentFields({ chunk, offset, length, crc32c }: Extent): unknown[] {
  return [chunkBytes(chunk), offset, length, crc32c];
}

export function extentOf(fields: unknown[], at: number): Extent {
  return {
    chunk: chunkName(fields[at] as Uint8Array),
    offset: fields[at + 1] as number,
    length: fields[at + 2] as number,
    crc32c: fields[at + 3] as number,
  };
}
