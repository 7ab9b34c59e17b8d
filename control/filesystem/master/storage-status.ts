/** How the storage stands, by what chunkservers report: never by what was ordered. */
import { setImmediate as turn } from 'node:timers/promises';
import { REPLICATION_FACTOR } from '../../../common/filesystem/index.ts';
import type { MasterContext } from './context.ts';

export interface ReplicaCount {
  /** Chunks that objects or uploads refer to with fewer than three good replicas. */
  chunksShort: number;
  /** Of these, with none at all. */
  chunksMissing: number;
  /** Replicas that are lacking to three of every chunk. */
  replicasShort: number;
}

const SLICE = 1_000;
const FRESH_MS = 2_000;

/** Counts in slices, others getting their turn in between; at most one count at a time, good for two seconds. */
export class ReplicaCensus {
  readonly #context: MasterContext;
  #count: Promise<ReplicaCount> | undefined;
  #countedAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: MasterContext) {
    this.#context = context;
  }

  count(): Promise<ReplicaCount> {
    const nowMs = this.#context.clock.monotonic();
    if (this.#count && nowMs - this.#countedAtMs < FRESH_MS) return this.#count;
    this.#countedAtMs = nowMs;
    this.#count = this.#walk();
    return this.#count;
  }

  async #walk(): Promise<ReplicaCount> {
    const { metrics, replicas, servers, view } = this.#context;
    const count = { chunksShort: 0, chunksMissing: 0, replicasShort: 0 };
    let after: string | undefined;
    for (;;) {
      const page = view.chunksAfter(after, SLICE);
      for (const { chunk, record } of page) {
        if (record.references === 0) continue;
        const isGood = (replica: { node: string; length: number; isDamaged: boolean }) =>
          servers.get(replica.node) !== undefined && !replica.isDamaged && replica.length >= record.length;
        const good = Math.min(REPLICATION_FACTOR, replicas.of(chunk).filter(isGood).length);
        if (good < REPLICATION_FACTOR) count.chunksShort += 1;
        if (good === 0) count.chunksMissing += 1;
        count.replicasShort += REPLICATION_FACTOR - good;
      }
      if (page.length < SLICE) break;
      after = page.at(-1)?.chunk;
      await turn();
    }
    metrics.replicasShort.set(count.replicasShort);
    return count;
  }
}
