/**
 * Small objects, appended to the shared chunk in groups: all that wait while one group is on its way, and being made
 * durable by every replica, go together in the next. A group that finds no quorum is reported, which seals the chunk,
 * and goes to another chunk.
 */

import { crc32c } from '../../../common/checksum/index.ts';
import type { Clock } from '../../../common/clock/index.ts';
import { AppError, Unavailable } from '../../../common/errors/index.ts';
import {
  APPEND_PAYLOAD_BYTES,
  APPEND_RECORDS,
  type AppendAnswer,
  CHUNK_BYTES,
  type Extent,
  encodeAppendBody,
  type Grant,
  physicalLength,
  type Replica,
  WRITE_QUORUM,
  type WrittenChunk,
} from '../../../common/filesystem/index.ts';
import type { ChunkConnection } from '../chunks/chunk-connection.ts';
import type { Liveness } from '../chunks/liveness.ts';
import type { FaultReporter } from '../master/fault-reporter.ts';
import type { NodeHealth } from '../master/node-health.ts';
import type { PlacementPool } from '../master/placement-pool.ts';
import type { ChunkTiming } from '../timing.ts';

export interface Appended {
  extent: Extent;
  written: WrittenChunk;
}

export interface AppenderTools {
  connection: Pick<ChunkConnection, 'append'>;
  placement: Pick<PlacementPool, 'takeShared' | 'dropShared'>;
  health: NodeHealth;
  faults: Pick<FaultReporter, 'report' | 'tell'>;
  liveness: Liveness;
  clock: Clock;
  timing: Pick<ChunkTiming, 'appendMs' | 'smallPutMs'>;
}

interface Waiting {
  payload: Uint8Array;
  crc32c: number;
  deadlineMs: number;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** Between attempts: each one that fails costs a chunk and its seal. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** A seal may wait this long, so that the commits of a group that did find its quorum come before it. */
const SEAL_DELAY_MS = 500;

const LEAST_APPEND_MS = 1_000;
const HANGS = 'It does not answer.';

export class SmallObjectAppender {
  readonly #tools: AppenderTools;
  readonly #queueBytes: number;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #isRunning = false;

  /** `queueBytes`: how much may wait. */
  constructor(tools: AppenderTools, queueBytes: number) {
    this.#tools = tools;
    this.#queueBytes = queueBytes;
  }

  /** `payload` (1 to SMALL_OBJECT_BYTES) must not change until it settles. @throws Unavailable with the reason. */
  append(payload: Uint8Array): Promise<Appended> {
    if (this.#queuedBytes + payload.length > this.#queueBytes) {
      return Promise.reject(new Unavailable('Too many small objects wait to be stored; try again soon.'));
    }
    return new Promise((resolve, reject) => {
      const deadlineMs = this.#tools.clock.monotonic() + this.#tools.timing.smallPutMs;
      this.#queue.push({ payload, crc32c: crc32c(payload), deadlineMs, resolve, reject });
      this.#queuedBytes += payload.length;
      if (this.#isRunning) return;
      this.#isRunning = true;
      // What is ready in the same turn goes in the same group.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#queue.length > 0) {
      const group = this.#nextGroup();
      try {
        await this.#store(group);
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        this.#putBack(group, error);
        if (this.#queue.length === 0) break;
        await this.#tools.clock.sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
    this.#isRunning = false;
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { payload } of this.#queue) {
      if (count === APPEND_RECORDS || bytes + payload.length > APPEND_PAYLOAD_BYTES) break;
      bytes += payload.length;
      count += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** Those with time left go first in the next group; the others get the reason. */
  #putBack(group: readonly Waiting[], error: unknown): void {
    const nowMs = this.#tools.clock.monotonic();
    const isLost = !(error instanceof AppError) || error.status !== 503;
    const [retried, lost] = [[] as Waiting[], [] as Waiting[]];
    for (const waiting of group) (isLost || waiting.deadlineMs <= nowMs ? lost : retried).push(waiting);
    for (const waiting of lost) waiting.reject(error);
    this.#queue.unshift(...retried);
    for (const { payload } of retried) this.#queuedBytes += payload.length;
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const grant = await this.#tools.placement.takeShared();
    await this.#refuseThoseStillAway(grant);
    const answer = await this.#send(grant, group);
    const votes = answer.votes.filter((vote) => vote.ok && vote.durable);
    const failed = grant.replicas.filter(({ node }) => !votes.some((vote) => vote.node === node));
    const isStored = votes.length >= WRITE_QUORUM && answer.offsets.length === group.length;
    if (failed.length > 0) await this.#abandon(grant, answer, isStored);
    if (!isStored) throw noQuorum(failed.map((replica) => replica.node));
    const last = group.length - 1;
    const length = (answer.offsets[last] ?? 0) + physicalLength(group[last]?.payload.length ?? 0);
    // It must hold a whole group more: one that it refuses is a seal, and sends everyone's commits elsewhere.
    if (length > CHUNK_BYTES - APPEND_PAYLOAD_BYTES) this.#tools.placement.dropShared(grant);
    const { chunk, version } = grant;
    const written: WrittenChunk = { chunk, version, kind: 'shared', length, votes: votes.map((vote) => vote.node) };
    for (const [index, { payload, crc32c: checksum, resolve }] of group.entries()) {
      const offset = answer.offsets[index] as number;
      resolve({ extent: { chunk, offset, length: payload.length, crc32c: checksum }, written });
    }
  }

  /** A node that failed a moment ago and is still away costs a question instead of a time-out. */
  async #refuseThoseStillAway(grant: Grant): Promise<void> {
    const away = await this.#tools.liveness.stillAway(grant.replicas);
    if (away.length === 0) return;
    this.#tools.placement.dropShared(grant);
    // The master goes on giving out this chunk until it knows: reporting makes it seal the chunk.
    for (const { node } of away) {
      const fault = { chunk: grant.chunk, node, kind: 'append-failed' as const, detail: HANGS };
      await this.#tools.faults.tell(fault);
    }
    throw noQuorum(away.map(({ node }) => node));
  }

  async #send(grant: Grant, group: readonly Waiting[]): Promise<AppendAnswer> {
    const { connection, clock, liveness, timing } = this.#tools;
    const body = encodeAppendBody(group);
    const giveUp = new AbortController();
    let hanging: Replica[] = [];
    using _watch = liveness.watch(grant.replicas, (found) => {
      hanging = found;
      giveUp.abort(new Unavailable(HANGS));
    });
    const latestMs = group.reduce((latest, { deadlineMs }) => Math.max(latest, deadlineMs), 0);
    // A group that is tried at the last moment still gets the time that a working quorum needs.
    const timeoutMs = Math.min(timing.appendMs, Math.max(LEAST_APPEND_MS, latestMs - clock.monotonic()));
    try {
      return await connection.append(grant, body, { signal: giveUp.signal, timeoutMs });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (hanging.length > 0) {
        const failedVotes = hanging.map(({ node }) => ({
          node,
          ok: false as const,
          code: 'unavailable',
          detail: HANGS,
        }));
        await this.#abandon({ ...grant, replicas: hanging }, { offsets: [], votes: failedVotes }, false);
        throw noQuorum(
          hanging.map(({ node }) => node),
          error,
        );
      }
      const node = grant.replicas[0]?.node ?? '';
      this.#tools.placement.dropShared(grant);
      // A refusal (the chunk is full, the lease is over) is nobody's fault; it only takes another chunk.
      if (error.status >= 500) this.#tools.health.failed(node);
      await this.#tools.faults.tell({ chunk: grant.chunk, node, kind: 'append-failed', detail: error.message });
      throw noQuorum([node], error);
    }
  }

  /** The replicas may differ from here on: nobody appends to this chunk again. */
  async #abandon(grant: Grant, answer: AppendAnswer, isStored: boolean): Promise<void> {
    this.#tools.placement.dropShared(grant);
    for (const { node } of grant.replicas) {
      const vote = answer.votes.find((other) => other.node === node);
      if (vote?.ok && vote.durable) continue;
      this.#tools.health.failed(node);
      const detail = vote && !vote.ok ? `${vote.code}: ${vote.detail}` : 'It did not vote.';
      const fault = { chunk: grant.chunk, node, kind: 'append-failed' as const, detail };
      if (isStored) this.#tools.faults.report(fault, SEAL_DELAY_MS);
      else await this.#tools.faults.tell(fault);
    }
  }
}

function noQuorum(nodes: readonly string[], cause?: unknown): Unavailable {
  const who = nodes.join(', ');
  return new Unavailable(`Fewer than ${WRITE_QUORUM} chunkservers could store it (${who} failed); try again soon.`, {
    code: 'no-write-quorum',
    ...(cause !== undefined && { cause }),
  });
}
