/** What a gateway's main thread and its digest thread say to each other. In order, and about one lane at a time. */
import type { DigestName } from './body-digests.ts';

/** A body's share of the memory that both threads see: it is filled slot by slot, in turn. */
export const SLOT_BYTES = 256 * 1024;
export const SLOTS_PER_LANE = 3;
export const LANE_BYTES = SLOTS_PER_LANE * SLOT_BYTES;

export type ToDigestThread =
  | { kind: 'lane'; lane: number; memory: SharedArrayBuffer }
  | { kind: 'begin'; lane: number; names: readonly DigestName[] }
  /** The lane's next slot has so many bytes. */
  | { kind: 'bytes'; lane: number; length: number }
  | { kind: 'finish'; lane: number }
  | { kind: 'abandon'; lane: number };

export type FromDigestThread =
  /** The oldest slot that was told of may be filled anew. */
  | { kind: 'taken'; lane: number }
  /** The lane is free; without digests of what was abandoned. */
  | { kind: 'ended'; lane: number; digests?: readonly (readonly [DigestName, Uint8Array])[] };
