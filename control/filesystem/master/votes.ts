import { InvalidInput } from '../../../common/errors/index.ts';
import { WRITE_QUORUM, type WrittenChunk } from '../../../common/filesystem/index.ts';
import { hasWriteQuorum } from '../decisions/quorum.ts';
import type { Admission } from './admission.ts';
import type { MasterContext } from './context.ts';

/** The durable votes that come with a commit. */
export class Votes {
  readonly #context: MasterContext;
  readonly #admission: Admission;

  constructor(context: MasterContext, admission: Admission) {
    this.#context = context;
    this.#admission = admission;
  }

  /**
   * What is refused here teaches nothing about replicas.
   * @throws InvalidInput `too-few-votes`
   * @throws Conflict `chunk-condemned`
   */
  admit(chunks: readonly WrittenChunk[]): void {
    assertQuorum(chunks);
    this.#admission.assertAlive(chunks);
    this.#learn(chunks);
  }

  /** Before the decision, so that whoever reads the object at once finds its replicas: a durable vote is true either way. */
  #learn(chunks: readonly WrittenChunk[]): void {
    const { clock, replicas, view } = this.#context;
    for (const { chunk, version, kind, length, votes } of chunks) {
      // Nothing new is learned of a chunk that is given up; of those whose replicas are known, no one need ask.
      const areKnown = votes.every((node) => replicas.get(chunk, node)?.version === version);
      if (!areKnown && view.chunk(chunk)?.state === 'condemned') continue;
      const state = kind === 'shared' ? 'open' : 'sealed';
      for (const node of votes) replicas.vote(node, { chunk, version, length, state }, clock.monotonic());
    }
  }

  /** Once it is decided: the chunks are known, and orphans no more. */
  settle(chunks: readonly WrittenChunk[]): void {
    for (const { chunk } of chunks) {
      this.#context.grants.end(chunk);
      this.#context.orphans.clear(chunk);
    }
  }
}

function assertQuorum(chunks: readonly WrittenChunk[]): void {
  const short = chunks.find((chunk) => !hasWriteQuorum(chunk));
  if (!short) return;
  throw new InvalidInput(`Chunk ${short.chunk} has not the ${WRITE_QUORUM} durable votes that a commit needs.`, {
    code: 'too-few-votes',
  });
}
