/**
 * Which chunks of their own a writer may still commit or renew. A tombstone refuses late commits as long as it is there;
 * once it is forgotten, a chunk that the view does not know may be a new one, or one that was collected long ago.
 */
import { Conflict } from '../../../common/errors/index.ts';
import { WRITE_QUORUM, type WrittenChunk } from '../../../common/filesystem/index.ts';
import { uuidV7Time } from '../../../common/ids/index.ts';
import type { MasterContext } from './context.ts';

export class Admission {
  readonly #context: MasterContext;

  constructor(context: MasterContext) {
    this.#context = context;
  }

  /** @throws Conflict `chunk-condemned`: write it again, elsewhere. */
  assertAlive(written: readonly Pick<WrittenChunk, 'chunk' | 'kind'>[]): void {
    const given = written.find(({ chunk, kind }) => kind === 'own' && !this.isAlive(chunk));
    if (!given) return;
    throw new Conflict(`Chunk ${given.chunk} is given up; write it again.`, { code: 'chunk-condemned' });
  }

  /**
   * Nothing unknown is collected before it is older than the grace period, nor while it is granted. Grants are kept in
   * memory alone: after a restart, that a quorum reports the replicas tells as well that they were not deleted.
   */
  isAlive(chunk: string): boolean {
    const { clock, config, grants, replicas, view } = this.#context;
    const known = view.chunk(chunk);
    if (known) return known.state !== 'condemned';
    if (grants.isValid(chunk, clock.now())) return true;
    if (clock.now() - uuidV7Time(chunk) < config.orphanGraceMs) return true;
    return replicas.of(chunk).length >= WRITE_QUORUM;
  }
}
