/**
 * Where the replicas are, as chunkservers report and writers' votes tell: in memory only, learned anew after a restart
 * (GFS §2.6.1). About 200 bytes for each replica.
 */
import type { ChunkReport } from '../../../common/filesystem/index.ts';

export interface Replica extends Omit<ChunkReport, 'chunk'> {
  node: string;
  /** A reader or the chunkserver found a wrong checksum in it. */
  isDamaged: boolean;
  /** When a vote told of it (ms, monotonic); the node's reports may be older than that. */
  votedAtMs: number;
}

/** Longer than any report is on its way. */
const REPORT_LAG_MS = 15_000;

export class Replicas {
  readonly #byChunk = new Map<string, Map<string, Replica>>();
  readonly #byNode = new Map<string, Set<string>>();

  of(chunk: string): Replica[] {
    return [...(this.#byChunk.get(chunk)?.values() ?? [])];
  }

  on(node: string): ReadonlySet<string> {
    return this.#byNode.get(node) ?? new Set();
  }

  get(chunk: string, node: string): Replica | undefined {
    return this.#byChunk.get(chunk)?.get(node);
  }

  /** A durable vote: the replica has at least `length` bytes. */
  vote(node: string, report: ChunkReport, nowMs: number): void {
    const known = this.get(report.chunk, node);
    if (known?.version === report.version) {
      // The usual one: the shared chunk has grown.
      known.length = Math.max(known.length, report.length);
      known.votedAtMs = nowMs;
      return;
    }
    const length = Math.max(report.length, known?.length ?? 0);
    const state = known && known.version > report.version ? known.state : report.state;
    this.#put(report.chunk, {
      node,
      version: Math.max(report.version, known?.version ?? 0),
      state,
      length,
      isDamaged: known?.isDamaged ?? false,
      votedAtMs: nowMs,
    });
  }

  /** What a heartbeat told. It may have been written before votes that are known already: then the longer length stands. */
  report(node: string, { chunk, version, length, state }: ChunkReport, nowMs: number): void {
    const known = this.get(chunk, node);
    const isOlder = known?.version === version && nowMs - known.votedAtMs < REPORT_LAG_MS;
    this.#put(chunk, {
      node,
      version,
      state,
      length: isOlder ? Math.max(length, known.length) : length,
      isDamaged: known?.isDamaged ?? false,
      votedAtMs: known?.votedAtMs ?? Number.NEGATIVE_INFINITY,
    });
  }

  /** What is not in a full report is not there, unless a vote is newer than the report can be. */
  dropAllBut(node: string, reported: ReadonlySet<string>, nowMs: number): void {
    for (const chunk of this.on(node)) {
      const replica = this.get(chunk, node);
      if (!reported.has(chunk) && replica && nowMs - replica.votedAtMs >= REPORT_LAG_MS) this.remove(chunk, node);
    }
  }

  markDamaged(chunk: string, node: string): void {
    const known = this.get(chunk, node);
    if (known) this.#put(chunk, { ...known, isDamaged: true });
  }

  remove(chunk: string, node: string): void {
    const replicas = this.#byChunk.get(chunk);
    replicas?.delete(node);
    if (replicas?.size === 0) this.#byChunk.delete(chunk);
    this.#byNode.get(node)?.delete(chunk);
  }

  removeNode(node: string): void {
    for (const chunk of [...this.on(node)]) this.remove(chunk, node);
    this.#byNode.delete(node);
  }

  #put(chunk: string, replica: Replica): void {
    const replicas = this.#byChunk.get(chunk) ?? new Map<string, Replica>();
    replicas.set(replica.node, replica);
    this.#byChunk.set(chunk, replicas);
    const chunks = this.#byNode.get(replica.node) ?? new Set<string>();
    chunks.add(chunk);
    this.#byNode.set(replica.node, chunks);
  }
}
