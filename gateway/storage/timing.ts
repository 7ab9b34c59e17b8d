/** How long the storage client waits for what, and how much it keeps in memory. Milliseconds and bytes. */
import { SEGMENT_BYTES } from '../../common/filesystem/index.ts';

/** One call to the master. */
export const MASTER_CALL_MS = 10_000;
/** How long a request waits for a master that restarts (docs/internals/data-path.md, "When control is away"). */
export const MASTER_PATIENCE_MS = 30_000;
/** A permission once given is believed this long before a body is read; commit asks again. */
export const AUTHORIZATION_KEPT_MS = 5_000;

/**
 * A segment that is not the last of its chunk: received and written by the whole chain, not yet synced. A chunkserver
 * gives those behind it up after 3 s each; the first of the chain must have had time to say so.
 */
export const SEGMENT_MS = 8_000;
/** The last segment of a chunk: up to CHUNK_BYTES reach the disk of every replica. */
export const FINISH_MS = 20_000;
/** One group of small objects, synced by every replica. */
export const APPEND_MS = 6_500;
/** After this, a small object that found no quorum is given up with a 503. */
export const SMALL_PUT_MS = 7_500;
/** A replica that sends nothing for this long while it should is given up for another. */
export const READ_STALL_MS = 5_000;
/** A person's connection on which nothing moves, in either direction. */
export const CLIENT_STALL_MS = 60_000;
/** A node that just failed is not chosen for this long while there are others. */
export const SUSPICION_MS = 5_000;
/** Chunks of running uploads are renewed this often; far below ORPHAN_GRACE_MS. */
export const RENEW_EVERY_MS = 5 * 60_000;

/** Segments of one upload that are being sent at once: one chunk's last sync overlaps the next one's first bytes. */
export const SEGMENTS_IN_FLIGHT = 2;
/** Buffers for large uploads, all uploads together. */
export const SEGMENT_MEMORY_BYTES = 64 * SEGMENT_BYTES;
/** How long an upload waits for a free buffer. */
export const SEGMENT_WAIT_MS = 10_000;
/** Small objects that wait for their append, all together. */
export const APPEND_QUEUE_BYTES = 64 * 1024 * 1024;
