/** Commands that wait for the next entry, bounded, and cut into batches that one entry can hold. */
import { TooLarge, Unavailable } from '../../common/errors/index.ts';
import type { Waiter } from './apply-queue.ts';
import { ENTRY_OVERHEAD_BYTES, MAX_ENTRY_COMMANDS } from './entry-codec.ts';
import { MAX_PAYLOAD_BYTES } from './record.ts';

export interface PendingCommand extends Waiter {
  /** As it lies in the log. */
  encoded: Uint8Array;
  /** The place of the view that handles it. */
  view: number;
}

export interface AppendLimits {
  /** Commands that share one entry at most. */
  entryCommands: number;
  /** Bytes of commands that share one entry at most. */
  entryBytes: number;
  /** Commands, and bytes of them, that are taken and not yet answered; beyond, appending is refused. */
  waitingCommands: number;
  waitingBytes: number;
}

export const DEFAULT_APPEND_LIMITS: AppendLimits = {
  entryCommands: 1024,
  entryBytes: 4 * 2 ** 20,
  waitingCommands: 16_384,
  waitingBytes: 64 * 2 ** 20,
};

const MAX_COMMAND_BYTES = MAX_PAYLOAD_BYTES - ENTRY_OVERHEAD_BYTES;

export class AppendQueue {
  readonly #limits: AppendLimits;
  #pending: PendingCommand[] = [];
  #pendingBytes = 0;
  /** Taken and not yet answered: these here, and those being written or applied. */
  #unanswered = 0;

  constructor(limits: AppendLimits) {
    this.#limits = { ...limits, entryCommands: Math.min(limits.entryCommands, MAX_ENTRY_COMMANDS) };
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** @throws TooLarge, or Unavailable when too much waits already. */
  assertRoomFor(bytes: number): void {
    if (bytes > MAX_COMMAND_BYTES) {
      throw new TooLarge(`A command may have ${MAX_COMMAND_BYTES} bytes; this one has ${bytes}.`);
    }
    const { waitingCommands, waitingBytes } = this.#limits;
    if (this.#unanswered >= waitingCommands || this.#pendingBytes + bytes > Math.max(waitingBytes, MAX_COMMAND_BYTES)) {
      throw new Unavailable('Too many changes wait for the disk; try again in a moment.', { code: 'log-busy' });
    }
  }

  push(pending: PendingCommand): void {
    this.#pending.push(pending);
    this.#pendingBytes += pending.encoded.byteLength;
    this.#unanswered += 1;
  }

  /** So many were answered. */
  settle(count: number): void {
    this.#unanswered -= count;
  }

  /** The oldest that fit one entry; at least one when any waits. */
  takeBatch(): PendingCommand[] {
    let count = 0;
    let bytes = 0;
    for (const { encoded } of this.#pending) {
      const isFull = count === this.#limits.entryCommands || bytes + encoded.byteLength > this.#limits.entryBytes;
      if (count > 0 && isFull) break;
      count += 1;
      bytes += encoded.byteLength;
    }
    this.#pendingBytes -= bytes;
    if (count < this.#pending.length) return this.#pending.splice(0, count);
    const all = this.#pending;
    this.#pending = [];
    return all;
  }
}
