/**
 * Notices that are still to be delivered, one queue for each target (by its ARN). They are written in the transaction of what
 * they tell of, so that none is lost and none is made up, and removed by the command that says they were delivered.
 */
import type { NotificationEvent } from '../../../common/filesystem/index.ts';
import { decodeCbor, encodeCbor } from '../../../common/internal/index.ts';
import { keyOf, type Table } from './table.ts';

export interface EventRecord {
  event: NotificationEvent;
  /** Of the bucket's rule that it fits. */
  ruleId: string;
  atMs: number;
  namespace: string;
  bucket: string;
  key: string;
  size?: number;
  etag?: string;
  versionId?: string;
  /** Who did it, for which request, from where. */
  actor: string;
  requestId: string;
  address?: string;
}

/** Events `first` to `next - 1` are waiting. */
export interface EventQueueRecord {
  target: string;
  first: number;
  next: number;
  /** How many were pushed out of the full queue, ever. */
  pushedOut: number;
}

export const eventQueueTable: Table<EventQueueRecord> = {
  prefix: 0x40,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as EventQueueRecord,
};
export const eventQueueKey = (target: string) => keyOf(eventQueueTable, target);

export const eventTable: Table<EventRecord> = {
  prefix: 0x41,
  encode: encodeCbor,
  decode: (bytes) => decodeCbor(bytes) as EventRecord,
};
export function eventKey(target: string, sequence: number): Buffer {
  const bytes = Buffer.alloc(SEQUENCE_BYTES);
  bytes.writeUIntBE(sequence, 0, SEQUENCE_BYTES);
  return keyOf(eventTable, `${target}\0`, bytes);
}
const SEQUENCE_BYTES = 6;
