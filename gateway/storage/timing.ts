/** How long the storage client waits for what, and how much it keeps in memory. Milliseconds and bytes. */
import { SEGMENT_BYTES } from '../../common/filesystem/index.ts';

/** One call to the master. */
export const MASTER_CALL_MS = 10_000;
/** How long a request waits for a master that restarts (docs/internals/data-path.md, "When control is away"). */
export const MASTER_PATIENCE_MS = 30_000;
/** A permission once given is believed this long before a body is read; commit asks again. */
export const AUTHORIZATION_KEPT_MS = 5_000;

/** Time-outs towards chunkservers. */
export interface ChunkTiming {
  /** A write without an answer for this long makes its replicas be asked whether they are there. */
  slowWriteMs: number;
  /** A chunkserver that does not say within this that it is alive hangs. */
  probeMs: number;
  /** One attempt to send a segment that is not the last of its chunk: received and written by the whole chain. */
  segmentMs: number;
  /** One attempt to send the last segment of a chunk: up to CHUNK_BYTES reach the disk of every replica. */
  finishMs: number;
  /** All attempts to store one segment; the upload fails after it. */
  segmentTotalMs: number;
  /** One group of small objects, synced by every replica. */
  appendMs: number;
  /** After this, a small object that found no quorum is not tried again; the last try may take some seconds more. */
  smallPutMs: number;
  /** A replica that sends nothing for this long while it should is given up for another. */
  readStallMs: number;
  /** A node that just failed is not chosen for this long while there are others. */
  suspicionMs: number;
}

export const CHUNK_TIMING: ChunkTiming = {
  slowWriteMs: 1_500,
  probeMs: 2_000,
  segmentMs: 5_000,
  finishMs: 6_500,
  segmentTotalMs: 9_000,
  appendMs: 5_000,
  smallPutMs: 4_500,
  readStallMs: 2_000,
  suspicionMs: 5_000,
};

/** A person's connection on which nothing moves, in either direction. */
export const CLIENT_STALL_MS = 60_000;
/** Chunks of running uploads are renewed this often; far below ORPHAN_GRACE_MS. */
export const RENEW_EVERY_MS = 5 * 60_000;
/** A chunk placed ahead of use is begun on within this: later, its nodes may have gone, or have come back elsewhere. */
export const PLACED_KEPT_MS = 5_000;
/** How long a part of a resumable upload waits for an earlier request of the same upload to end. */
export const TAKE_OVER_MS = 10_000;

/** Segments of one upload that are being sent at once: one chunk's last sync overlaps the next one's first bytes. */
export const SEGMENTS_IN_FLIGHT = 2;
/** Buffers for large uploads, all uploads together. */
export const SEGMENT_MEMORY_BYTES = 64 * SEGMENT_BYTES;
/** How long an upload waits for a free buffer. */
export const SEGMENT_WAIT_MS = 10_000;
/** Small objects that wait for their append, all together. */
export const APPEND_QUEUE_BYTES = 64 * 1024 * 1024;
/** Small objects that were read lately, kept to be read again. */
export const RECORD_CACHE_BYTES = 64 * 1024 * 1024;
