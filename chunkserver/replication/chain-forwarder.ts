/**
 * Sends a write down the chain. A replica that fails is cut out of it and the one behind it gets the whole write from
 * us; who was cut out of a chunk stays out, since it lacks a part of it.
 */
import { toAppError } from '../../common/errors/index.ts';
import type { Replica, Vote } from '../../common/filesystem/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { ReplicaLink, ReplicaWrite } from './replica-link.ts';

/** Replicas cut out of one chunk, with the vote that is given for them. */
export type LostReplicas = Map<string, Vote & { ok: false }>;

export class ChainForwarder {
  readonly #link: ReplicaLink;
  readonly #logger: Logger;
  readonly #onLost: (reason: string) => void;

  constructor(link: ReplicaLink, logger: Logger, onLost: (reason: string) => void) {
    this.#link = link;
    this.#logger = logger;
    this.#onLost = onLost;
  }

  /** A vote for everyone in the chain, in its order. @throws only what made the body itself fail. */
  async forward(chain: readonly Replica[], lost: LostReplicas, write: ReplicaWrite): Promise<Vote[]> {
    const [next, ...behind] = chain;
    if (!next) return [];
    const known = lost.get(next.node);
    if (known) return [known, ...(await this.forward(behind, lost, write))];
    try {
      const votes = await this.#link.send(next, behind, write);
      return [next, ...behind].map(({ node }) => votes.find((vote) => vote.node === node) ?? unheard(node));
    } catch (error) {
      if (write.body.failure) throw write.body.failure;
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
