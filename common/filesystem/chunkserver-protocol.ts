/**
 * What chunkservers and the master tell each other, and the HTTP headers of the chunk data path.
 *
 * Data path, on every chunkserver (mutual TLS; roles gateway, chunkserver, control):
 *
 * | request | what it does |
 * |---|---|
 * | `PUT /chunks/<id>?version=&offset=` | one segment of a chunk of its own, at payload `offset`; forwarded down the chain as it arrives |
 * | `GET /chunks/<id>?offset=&length=&from=&to=` | payload bytes `from` (inclusive) to `to` (exclusive) of the record at `offset` with `length` payload bytes, each block verified |
 *
 * and as calls in frames, the records (`append-framing.ts`) riding along: `/chunks/append`, to the primary of a shared chunk,
 * which gives them their offsets; `/chunks/replicate`, the same records on a secondary, at the offset that the primary gave.
 * And `/chunks/read` (role gateway), many small records at once, each answered on its own.
 */
import { z } from 'zod';
import type { Problem } from '../errors/index.ts';
import { chunkId, replica } from './extent.ts';
import { CHUNK_FILE_BYTES } from './record-geometry.ts';

export const CHUNK_HEADERS = {
  /** The rest of the chain, nearest first: `node@host:port,node@host:port`. */
  chain: 'x-bramble-chain',
  /** CRC-32C of the body, eight hex digits. */
  checksum: 'x-bramble-crc32c',
  /** `1`: with this segment the chunk is complete; make it durable before voting. */
  finish: 'x-bramble-finish',
} as const;

export const APPEND_PATH = '/chunks/append';
export const REPLICATE_PATH = '/chunks/replicate';
export const READ_PATH = '/chunks/read';

/** More than a chain ever has; bounds what one request can set in motion. */
export const CHAIN_LIMIT = 8;
const NODE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ADDRESS = /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,45}\]):\d{1,5}$/;
/** The rest of a chain, nearest first. */
const chain = z
  .array(replica.extend({ node: z.string().regex(NODE), address: z.string().regex(ADDRESS) }))
  .max(CHAIN_LIMIT);

export const appendCall = z.object({
  chunk: chunkId,
  version: z.int().min(1),
  /** Until when (ms since the epoch) the primary may append. */
  leaseUntilMs: z.int().nonnegative(),
  chain,
});
export type AppendCall = z.infer<typeof appendCall>;

export const replicateCall = z.object({
  chunk: chunkId,
  version: z.int().min(1),
  /** Where in the chunk's file the first record goes: exactly where the replica ends. */
  offset: z.int().min(0).max(CHUNK_FILE_BYTES),
  chain,
});
export type ReplicateCall = z.infer<typeof replicateCall>;

/** One replica's answer to a write. `length`: bytes of its chunk file. */
export const vote = z.discriminatedUnion('ok', [
  z.object({ node: z.string(), ok: z.literal(true), length: z.int().nonnegative(), durable: z.boolean() }),
  z.object({ node: z.string(), ok: z.literal(false), code: z.string(), detail: z.string() }),
]);
export type Vote = z.infer<typeof vote>;

/** CBOR answer to PUT and to replicate: every replica's vote, own first. */
export const writeAnswer = z.object({ votes: z.array(vote) });
export type WriteAnswer = z.infer<typeof writeAnswer>;
/** CBOR answer to append: where each record begins in the chunk's file, in the order they were sent. */
export const appendAnswer = z.object({ votes: z.array(vote), offsets: z.array(z.int().nonnegative()) });
export type AppendAnswer = z.infer<typeof appendAnswer>;

/** Payload of a record that is read by `/chunks/read`, at most; longer ones are streamed. */
export const BATCHED_READ_BYTES = 512 * 1024;
/** Records in one such call, and their payload together, at most: about what one streamed read holds in memory. */
export const READ_RECORDS = 64;
export const READ_PAYLOAD_BYTES = 2 * 1024 * 1024;
export const readCall = z.object({
  records: z
    .array(
      z.object({
        chunk: chunkId,
        offset: z.int().min(0).max(CHUNK_FILE_BYTES),
        length: z.int().min(1).max(BATCHED_READ_BYTES),
      }),
    )
    .min(1)
    .max(READ_RECORDS)
    .refine((records) => records.reduce((sum, { length }) => sum + length, 0) <= READ_PAYLOAD_BYTES, 'too many bytes'),
});
export type ReadCall = z.infer<typeof readCall>;
/** CBOR answer to read: each record's whole payload, every block of it verified, or why there is none; in order. */
export type ReadAnswer = (Uint8Array | Problem)[];

export const chunkReport = z.object({
  chunk: chunkId,
  version: z.int().min(1),
  /** Bytes of the chunk's file that are whole. */
  length: z.int().nonnegative(),
  /** `staged`: being written, not complete. `open`: shared, appendable. `sealed`: complete. */
  state: z.enum(['staged', 'open', 'sealed']),
});
export type ChunkReport = z.infer<typeof chunkReport>;

/** `POST /internal/filesystem/heartbeat`, role chunkserver; the node is the caller's certificate's. */
export const heartbeatRequest = z.object({
  /** Where others reach it. */
  address: z.string(),
  zone: z.string(),
  /** Made anew at each start of the process. */
  bootId: z.string(),
  condition: z.enum(['writable', 'full', 'read-only', 'failing']),
  conditionDetail: z.string(),
  totalBytes: z.int().nonnegative(),
  freeBytes: z.int().nonnegative(),
  /** Requests in flight. */
  load: z.int().nonnegative(),
  /** The last `masterEpoch` it heard; 0 at first. */
  masterEpoch: z.int().nonnegative(),
  /** `full`: every chunk there is. Else those that changed since the last heartbeat that was answered. */
  report: z.object({ full: z.boolean(), chunks: z.array(chunkReport), removed: z.array(chunkId) }),
  /** Checksum faults found since the last heartbeat that was answered. */
  faults: z.array(z.object({ chunk: chunkId, offset: z.int().nonnegative(), detail: z.string() })),
});
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>;

export const heartbeatAnswer = z.object({
  /** Made anew at each start of the master; a changed one asks for a full report at once. */
  masterEpoch: z.int().positive(),
  wantFullReport: z.boolean(),
  pendingDeletes: z.array(chunkId),
  /** Chunks that take no more appends, with their raised version and agreed length. */
  seals: z.array(z.object({ chunk: chunkId, version: z.int().min(2), length: z.int().nonnegative() })),
  /** When to come again. */
  intervalMs: z.int().positive(),
});
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswer>;
