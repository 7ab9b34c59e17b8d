import { z } from 'zod';
import { isUuidV7 } from '../ids/index.ts';
import { CHUNK_BYTES } from './limits.ts';

export const chunkId = z.string().refine(isUuidV7, 'a UUIDv7');

/**
 * One run of an object's bytes: a record in a chunk. `offset` is where the record begins in the chunk's file (see
 * docs/internals/chunk-format.md), `length` its payload in bytes, `crc32c` the checksum of that payload.
 */
export const extent = z.object({
  chunk: chunkId,
  offset: z.int().nonnegative(),
  length: z.int().min(1).max(CHUNK_BYTES),
  crc32c: z.int().min(0).max(0xffff_ffff),
});
export type Extent = z.infer<typeof extent>;

/** A chunkserver that holds, or is to hold, a replica. */
export const replica = z.object({ node: z.string(), address: z.string() });
export type Replica = z.infer<typeof replica>;
