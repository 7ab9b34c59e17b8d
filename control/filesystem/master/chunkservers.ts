/** The chunkservers as their heartbeats show them, and which of them may be given new chunks. */
import type { HeartbeatRequest } from '../../../common/filesystem/index.ts';

export interface Chunkserver extends Omit<HeartbeatRequest, 'report' | 'faults' | 'masterEpoch'> {
  node: string;
  /** When it was last heard of, ms of the monotonic clock. */
  heardAtMs: number;
  /** Until when no new chunk is put there, since someone could not reach it. */
  suspectUntilMs: number;
  /** Whether all its chunks were reported to this master by this boot of it. */
  hasReported: boolean;
  /** When it last reported them all. */
  fullReportAtMs: number;
}

export type Standing = 'writable' | 'full' | 'read-only' | 'failing' | 'suspect' | 'silent' | 'missing';

export interface ChunkserverTimes {
  heartbeatIntervalMs: number;
  /** How long one that was unreachable is avoided. */
  suspectMs: number;
}

/** Heartbeats that may be missed before a chunkserver is given nothing new. */
const MISSED_HEARTBEATS = 3;

export class Chunkservers {
  readonly #servers = new Map<string, Chunkserver>();
  readonly #times: ChunkserverTimes;

  constructor(times: ChunkserverTimes) {
    this.#times = times;
  }

  get(node: string): Chunkserver | undefined {
    return this.#servers.get(node);
  }

  all(): Chunkserver[] {
    return [...this.#servers.values()];
  }

  /** Answers whether this boot of it has yet to report everything it has. */
  hear(node: string, heartbeat: HeartbeatRequest, nowMs: number): Chunkserver {
    const { report: _report, faults: _faults, masterEpoch: _epoch, ...facts } = heartbeat;
    const known = this.#servers.get(node);
    const isSameBoot = known?.bootId === heartbeat.bootId;
    const server: Chunkserver = {
      ...facts,
      node,
      heardAtMs: nowMs,
      suspectUntilMs: isSameBoot && known ? known.suspectUntilMs : Number.NEGATIVE_INFINITY,
      hasReported: isSameBoot && known ? known.hasReported : false,
      fullReportAtMs: isSameBoot && known ? known.fullReportAtMs : Number.NEGATIVE_INFINITY,
    };
    this.#servers.set(node, server);
    return server;
  }

  suspect(node: string, nowMs: number): void {
    const known = this.#servers.get(node);
    if (known) known.suspectUntilMs = nowMs + this.#times.suspectMs;
  }

  forget(node: string): void {
    this.#servers.delete(node);
  }

  standing(node: string, nowMs: number): Standing {
    const server = this.#servers.get(node);
    if (!server) return 'missing';
    if (nowMs - server.heardAtMs > MISSED_HEARTBEATS * this.#times.heartbeatIntervalMs) return 'silent';
    if (server.condition !== 'writable') return server.condition;
    return server.suspectUntilMs > nowMs ? 'suspect' : 'writable';
  }

  /** Those that may be given new chunks. Its chunks must be known first, so that none is given out twice. */
  writable(nowMs: number, avoid: ReadonlySet<string> = new Set()): Chunkserver[] {
    return this.all().filter(
      (server) => server.hasReported && !avoid.has(server.node) && this.standing(server.node, nowMs) === 'writable',
    );
  }

  silentSince(nowMs: number, silenceMs: number): string[] {
    return this.all()
      .filter((server) => nowMs - server.heardAtMs >= silenceMs)
      .map(({ node }) => node);
  }
}
