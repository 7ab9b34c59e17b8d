/**
 * Sends a write down the chain. A replica that fails is cut out of it and the one behind it gets the whole write from
 * us; who was cut out of a chunk stays out, since it lacks a part of it.
 */
import { toAppError } from '../../common/errors/index.ts';
import type { Replica, Vote } from '../../common/filesystem/index.ts';
import type { Logger } from '../../common/logging/index.ts';

/** Replicas cut out of one chunk, with the vote that is given for them. */
export type LostReplicas = Map<string, Vote & { ok: false }>;

/** A write that may be sent again, to another replica. */
export interface ChainWrite {
  requestId: string;
  /** What made the write itself fail, whoever it is sent to. */
  readonly failure: Error | undefined;
  /** The votes of `next` and of those behind it. @throws AppError when `next` does not vote. */
  sendTo(next: Replica, behind: readonly Replica[]): Promise<Vote[]>;
}

export class ChainForwarder {
  readonly #logger: Logger;
  readonly #onLost: (reason: string) => void;

  constructor(logger: Logger, onLost: (reason: string) => void) {
    this.#logger = logger;
    this.#onLost = onLost;
  }

  /** A vote for everyone in the chain, in its order. @throws only what made the write itself fail. */
  async forward(chain: readonly Replica[], lost: LostReplicas, write: ChainWrite): Promise<Vote[]> {
    const [next, ...behind] = chain;
    if (!next) return [];
    const known = lost.get(next.node);
    if (known) return [known, ...(await this.forward(behind, lost, write))];
    try {
      const votes = await write.sendTo(next, behind);
      return [next, ...behind].map(({ node }) => votes.find((vote) => vote.node === node) ?? unheard(node));
    } catch (error) {
      if (write.failure) throw write.failure;
      const { code, message } = toAppError(error);
      const vote = { node: next.node, ok: false, code, detail: message } as const;
      lost.set(next.node, vote);
      this.#onLost(code);
      this.#logger.warn({ err: error, node: next.node, requestId: write.requestId }, 'replica cut out of the chain');
      return [vote, ...(await this.forward(behind, lost, write))];
    }
  }
}

function unheard(node: string): Vote {
  return { node, ok: false, code: 'no-vote', detail: 'the replica before it did not say.' };
}
