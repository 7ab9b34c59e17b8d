/** The queues of notices: bounded, so that a target that is away for long costs the oldest ones and not the disk. */
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import {
  type EventQueueRecord,
  type EventRecord,
  eventKey,
  eventQueueKey,
  eventQueueTable,
  eventTable,
} from '../view/event-tables.ts';
import type { Source } from '../view/table.ts';
import type { FilesystemCommands } from './data.ts';

/** Part of what `apply` does: changing it changes what a replayed log makes. */
export const QUEUE_LIMIT = 100_000;
/** So that one command never does too much at once. */
export const SETTLE_LIMIT = 1_000;

export function enqueueEvent(draft: Draft, target: string, event: EventRecord): void {
  const queue = { ...readQueue(draft, target) };
  draft.put(eventTable, eventKey(target, queue.next), event);
  queue.next += 1;
  if (queue.next - queue.first > QUEUE_LIMIT) {
    draft.remove(eventTable, eventKey(target, queue.first));
    queue.first += 1;
    queue.pushedOut += 1;
  }
  draft.put(eventQueueTable, eventQueueKey(target), queue);
}

/** Everything before `before` is delivered, or given up. Answers how many were still there. */
export function settleEvents(draft: Draft, { data }: Command<FilesystemCommands['event.settle']>): number {
  const queue = readQueue(draft, data.target);
  const first = Math.min(Math.max(data.before, queue.first), queue.next, queue.first + SETTLE_LIMIT);
  for (let sequence = queue.first; sequence < first; sequence += 1) {
    draft.remove(eventTable, eventKey(data.target, sequence));
  }
  if (first > queue.first) draft.put(eventQueueTable, eventQueueKey(data.target), { ...queue, first });
  return first - queue.first;
}

function readQueue(source: Source, target: string): EventQueueRecord {
  return source.get(eventQueueTable, eventQueueKey(target)) ?? { target, first: 1, next: 1, pushedOut: 0 };
}
