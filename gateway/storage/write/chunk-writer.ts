/**
 * Writes one chunk of its own, segment by segment, down a chain of replicas. A replica that fails or stalls is cut out
 * for good; as long as a quorum remains, the survivors hold every segment and the upload goes on. When the first of the
 * chain fails, the segments it had not answered for are sent again, in order, to those that remain. A write that takes
 * long makes all of its replicas be asked whether they are there, so that those who hang are cut out and not the one in
 * front of them. All that is done for one segment ends within one deadline.
 */

import { combineCrc32c, crc32c } from '../../../common/checksum/index.ts';
import type { Clock } from '../../../common/clock/index.ts';
import { AppError, Unavailable } from '../../../common/errors/index.ts';
import {
  type Extent,
  type Grant,
  physicalLength,
  type Replica,
  type Vote,
  WRITE_QUORUM,
  type WrittenChunk,
} from '../../../common/filesystem/index.ts';
import type { ChunkConnection, Segment } from '../chunks/chunk-connection.ts';
import type { Liveness } from '../chunks/liveness.ts';
import type { FaultReporter } from '../master/fault-reporter.ts';
import type { NodeHealth } from '../master/node-health.ts';
import type { ChunkTiming } from '../timing.ts';

export interface ChunkWriterTools {
  connection: Pick<ChunkConnection, 'writeSegment'>;
  health: NodeHealth;
  faults: Pick<FaultReporter, 'report'>;
  liveness: Liveness;
  clock: Clock;
  timing: Pick<ChunkTiming, 'segmentMs' | 'finishMs' | 'segmentTotalMs'>;
}

const HANGS = 'It does not answer.';

export class ChunkWriter {
  readonly grant: Grant;
  readonly #tools: ChunkWriterTools;
  #chain: Replica[];
  #length = 0;
  #crc32c = 0;
  #previous: Promise<void> = Promise.resolve();
  #durable: string[] = [];
  #lastFailure = '';

  constructor(grant: Grant, tools: ChunkWriterTools) {
    this.grant = grant;
    this.#tools = tools;
    this.#chain = [...grant.replicas];
  }

  /** Payload bytes given to it so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Takes the next bytes of the chunk; they must not change until it resolves, when a quorum has them (durably, all of
   * the chunk, if `isLast`). May be called again before that.
   * @throws Unavailable when fewer than WRITE_QUORUM replicas are left.
   */
  write(bytes: Buffer, isLast: boolean, signal: AbortSignal): Promise<void> {
    const segment: Segment = { bytes, crc32c: crc32c(bytes), offset: this.#length, isLast };
    this.#crc32c = combineCrc32c(this.#crc32c, segment.crc32c, bytes.length);
    this.#length += bytes.length;
    const previous = this.#previous;
    const written = this.#write(segment, previous, signal);
    this.#previous = written.catch(() => undefined);
    return written;
  }

  /** What to commit, once the last segment's `write` has resolved. */
  get result(): { extent: Extent; written: WrittenChunk } {
    const { chunk, version } = this.grant;
    return {
      extent: { chunk, offset: 0, length: this.#length, crc32c: this.#crc32c },
      written: { chunk, version, kind: 'own', length: physicalLength(this.#length), votes: this.#durable },
    };
  }

  async #write(segment: Segment, previous: Promise<void>, signal: AbortSignal): Promise<void> {
    const deadlineMs = this.#tools.clock.monotonic() + this.#tools.timing.segmentTotalMs;
    if (segment.offset === 0) await this.#cutThoseStillAway();
    for (;;) {
      const chain = [...this.#chain];
      if (chain.length < WRITE_QUORUM) throw this.#tooFew();
      const isAnswered = await this.#send(segment, chain, deadlineMs, signal);
      if (isAnswered) break;
      // The others may lack earlier segments that the head took with it: those are sent again first.
      await previous;
    }
    if (this.#chain.length < WRITE_QUORUM) throw this.#tooFew();
    if (segment.isLast && this.#durable.length < WRITE_QUORUM) throw this.#tooFew();
  }

  /** Nodes that just failed cost a question instead of a time-out. */
  async #cutThoseStillAway(): Promise<void> {
    for (const replica of await this.#tools.liveness.stillAway(this.#chain)) this.#cut(replica, HANGS);
  }

  /** False when the first of the chain failed or another one hangs, so that nothing is known of the others. */
  async #send(segment: Segment, chain: readonly Replica[], deadlineMs: number, signal: AbortSignal): Promise<boolean> {
    const { clock, connection, liveness, timing } = this.#tools;
    const leftMs = deadlineMs - clock.monotonic();
    if (leftMs <= 0) throw this.#tooFew();
    const head = chain[0] as Replica;
    const giveUp = new AbortController();
    using _watch = liveness.watch(chain, (hanging) => {
      for (const replica of hanging) this.#cut(replica, HANGS);
      giveUp.abort(new Unavailable(HANGS));
    });
    const limits = {
      signal: AbortSignal.any([signal, giveUp.signal]),
      timeoutMs: Math.min(leftMs, segment.isLast ? timing.finishMs : timing.segmentMs),
    };
    let votes: Vote[];
    try {
      ({ votes } = await connection.writeSegment(this.grant, chain, segment, limits));
    } catch (error) {
      signal.throwIfAborted();
      if (giveUp.signal.aborted) return false;
      if (!(error instanceof AppError)) throw error;
      this.#cut(head, error.message);
      return false;
    }
    for (const replica of chain) {
      const given = votes.find((vote) => vote.node === replica.node);
      if (!given?.ok) this.#cut(replica, given ? `${given.code}: ${given.detail}` : 'It did not vote.');
      else if (segment.isLast && given.durable) this.#durable.push(replica.node);
    }
    return true;
  }

  #cut(replica: Replica, detail: string): void {
    if (!this.#chain.some((other) => other.node === replica.node)) return;
    this.#chain = this.#chain.filter((other) => other.node !== replica.node);
    this.#lastFailure = `${replica.node}: ${detail}`;
    this.#tools.health.failed(replica.node);
    this.#tools.faults.report({ chunk: this.grant.chunk, node: replica.node, kind: 'unreachable', detail });
  }

  #tooFew(): Unavailable {
    return new Unavailable(
      `Fewer than ${WRITE_QUORUM} of the chunkservers chosen for these bytes could store them (${this.#lastFailure}); nothing was stored, try again.`,
      { code: 'no-write-quorum' },
    );
  }
}
