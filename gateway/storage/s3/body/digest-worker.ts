/** The digest thread: runs as a worker of its own, for all large bodies of a gateway (`digest-thread.ts`). */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { BodyDigests } from './body-digests.ts';
import { type FromDigestThread, SLOT_BYTES, SLOTS_PER_LANE, type ToDigestThread } from './digest-messages.ts';

interface Lane {
  slots: Buffer[];
  /** Where the next bytes lie. */
  next: number;
  digests: BodyDigests;
}

function serve(port: MessagePort): void {
  const lanes = new Map<number, Lane>();
  const answer = (message: FromDigestThread) => port.postMessage(message);
  port.on('message', (message: ToDigestThread) => {
    if (message.kind === 'lane') {
      const slots = Array.from({ length: SLOTS_PER_LANE }, (_, slot) =>
        Buffer.from(message.memory, slot * SLOT_BYTES, SLOT_BYTES),
      );
      lanes.set(message.lane, { slots, next: 0, digests: new BodyDigests([]) });
      return;
    }
    const lane = lanes.get(message.lane);
    if (!lane) throw new Error(`There is no lane ${message.lane}.`);
    switch (message.kind) {
      case 'begin':
        lane.digests = new BodyDigests(message.names);
        lane.next = 0;
        return;
      case 'bytes':
        lane.digests.update((lane.slots[lane.next] as Buffer).subarray(0, message.length));
        lane.next = (lane.next + 1) % SLOTS_PER_LANE;
        answer({ kind: 'taken', lane: message.lane });
        return;
      case 'finish':
        answer({ kind: 'ended', lane: message.lane, digests: [...lane.digests.finish()] });
        return;
      case 'abandon':
        answer({ kind: 'ended', lane: message.lane });
    }
  });
}

if (parentPort) serve(parentPort);
