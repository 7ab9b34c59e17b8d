/** Sizes that gateway, control and chunkservers agree on. */

/** Payload of one chunk, at most (GFS §2.5). */
export const CHUNK_BYTES = 64 * 1024 * 1024;
/** Payload covered by one checksum on a replica, at most. */
export const BLOCK_BYTES = 64 * 1024;
/** Replicas of every chunk. */
export const REPLICATION_FACTOR = 3;
/** Durable votes that make a write committable. */
export const WRITE_QUORUM = 2;
/** Objects up to this size share chunks with others. */
export const SMALL_OBJECT_BYTES = 1024 * 1024;
/** Objects up to this size ride inside the commit command. */
export const INLINE_OBJECT_BYTES = 1024;
/** A large object's bytes travel to its chunk in segments of this size; a multiple of BLOCK_BYTES. */
export const SEGMENT_BYTES = 4 * 1024 * 1024;
/** How long a chunk that no object refers to is kept. */
export const ORPHAN_GRACE_MS = 60 * 60 * 1000;
/** Object keys are 1 to this many bytes of UTF-8. */
export const KEY_BYTES = 1024;
