/** What chunkservers are told with their next heartbeat: derived from what they report and what the view says. */
import type { HeartbeatAnswer } from '../../../common/filesystem/index.ts';
import type { MasterContext } from './context.ts';

const ORDERS_PER_ANSWER = 1_000;

interface NodeOrders {
  deletes: Set<string>;
  seals: Map<string, { version: number; length: number }>;
}

export class Orders {
  readonly #context: MasterContext;
  readonly #byNode = new Map<string, NodeOrders>();

  constructor(context: MasterContext) {
    this.#context = context;
  }

  /** Compares the replica with the view, and orders what brings them together. */
  examine(chunk: string, node: string): void {
    const { view, replicas, orphans, clock } = this.#context;
    const { deletes, seals } = this.#of(node);
    deletes.delete(chunk);
    seals.delete(chunk);
    const replica = replicas.get(chunk, node);
    if (!replica) {
      if (replicas.of(chunk).length === 0) orphans.clear(chunk);
      return;
    }
    const record = view.chunk(chunk);
    if (!record) {
      orphans.note(chunk, clock.monotonic());
      return;
    }
    orphans.clear(chunk);
    if (record.state === 'condemned') deletes.add(chunk);
    const isBehind = replica.version < record.version || replica.state === 'open';
    // A replica that is too short cannot be sealed at the agreed length; it stays short, and counts as such.
    if (record.kind === 'shared' && record.state === 'sealed' && isBehind && replica.length >= record.length) {
      seals.set(chunk, { version: record.version, length: record.length });
    }
  }

  examineAll(chunks: readonly string[]): void {
    for (const chunk of chunks) {
      for (const { node } of this.#context.replicas.of(chunk)) this.examine(chunk, node);
    }
  }

  forgetNode(node: string): void {
    this.#byNode.delete(node);
  }

  answer(node: string): Pick<HeartbeatAnswer, 'pendingDeletes' | 'seals'> {
    const { deletes, seals } = this.#of(node);
    return {
      pendingDeletes: [...deletes.keys().take(ORDERS_PER_ANSWER)],
      seals: [...seals.entries().take(ORDERS_PER_ANSWER)].map(([chunk, seal]) => ({ chunk, ...seal })),
    };
  }

  #of(node: string): NodeOrders {
    const orders = this.#byNode.get(node) ?? { deletes: new Set(), seals: new Map() };
    this.#byNode.set(node, orders);
    return orders;
  }
}
