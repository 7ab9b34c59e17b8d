/** One segment sent to one other chunkserver, given up when it makes no progress. */
import type { Clock } from '../../common/clock/index.ts';
import { BadGateway, GatewayTimeout } from '../../common/errors/index.ts';
import { CHUNK_HEADERS, type Replica, type Vote, writeAnswer } from '../../common/filesystem/index.ts';
import { decodeCbor, type InternalClient } from '../../common/internal/index.ts';
import { formatChain } from './chain.ts';
import type { ReplayableBody } from './replayable-body.ts';

export interface ReplicaWrite {
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body: ReplayableBody;
  requestId: string;
  /** How long each replica may take to answer once it has everything. */
  answerTimeoutMs: number;
}

export class ReplicaLink {
  readonly #client: InternalClient;
  readonly #clock: Clock;
  readonly #stallTimeoutMs: number;

  /** `stallTimeoutMs`: how long a replica may take nothing while there is something for it. */
  constructor(client: InternalClient, clock: Clock, stallTimeoutMs: number) {
    this.#client = client;
    this.#clock = clock;
    this.#stallTimeoutMs = stallTimeoutMs;
  }

  /**
   * The votes of `next` and of those behind it. @throws AppError when `next` cannot be reached, refuses or stalls; the
   * body's own failure when that is what ended it.
   */
  async send(next: Replica, behind: readonly Replica[], write: ReplicaWrite): Promise<Vote[]> {
    const giveUp = new AbortController();
    const watch = this.#watch(next, behind.length, write, giveUp);
    const stream = write.body.stream(watch.progress);
    try {
      const request = this.#client.request(
        { address: next.address, role: 'chunkserver' },
        {
          method: 'PUT',
          path: write.path,
          headers: {
            ...write.headers,
            'content-length': String(write.body.length),
            ...(behind.length > 0 && { [CHUNK_HEADERS.chain]: formatChain(behind) }),
          },
          body: stream,
          requestId: write.requestId,
          signal: giveUp.signal,
        },
      );
      // A request that still waits for its connection does not hear the signal.
      const response = await Promise.race([request, aborted(giveUp.signal)]);
      const answer = writeAnswer.safeParse(decodeCbor(Buffer.from(await response.body.arrayBuffer())));
      if (!answer.success || answer.data.votes[0]?.node !== next.node) {
        throw new BadGateway(`${next.node} did not answer with its vote.`, { cause: answer.error });
      }
      return answer.data.votes;
    } finally {
      watch[Symbol.dispose]();
      stream.destroy();
    }
  }

  /** Aborts `giveUp` when nothing moves: a wait for more of the body is not held against the replica. */
  #watch(next: Replica, hopsBehind: number, write: ReplicaWrite, giveUp: AbortController) {
    let taken = 0;
    let lastProgress = this.#clock.monotonic();
    let timer: Disposable | undefined;
    const check = () => {
      const now = this.#clock.monotonic();
      const isComplete = taken === write.body.length;
      if (taken === write.body.received && !isComplete) lastProgress = now;
      // Each replica waits so long for those behind it: the one in front must be more patient.
      const limit = isComplete ? write.answerTimeoutMs * (1 + hopsBehind) : this.#stallTimeoutMs;
      if (now - lastProgress >= limit) {
        giveUp.abort(new GatewayTimeout(`${next.node} made no progress for ${limit} ms.`, { code: 'replica-stalled' }));
        return;
      }
      timer = this.#clock.setTimer(this.#stallTimeoutMs / 8, check);
    };
    check();
    return {
      progress: (bytes: number) => {
        taken = bytes;
        lastProgress = this.#clock.monotonic();
      },
      [Symbol.dispose]: () => timer?.[Symbol.dispose](),
    };
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
