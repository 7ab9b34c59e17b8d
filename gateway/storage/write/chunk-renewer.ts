/** Keeps the chunks of running uploads from being taken for orphans: what is written and not yet committed is renewed. */
import type { Clock } from '../../../common/clock/index.ts';
import type { Logger } from '../../../common/logging/index.ts';

const MAX_PER_CALL = 4096;

export class ChunkRenewer implements Disposable {
  readonly #renew: (chunks: string[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #logger: Logger;
  readonly #held = new Set<string>();
  #timer: Disposable | undefined;
  #isDisposed = false;

  constructor(renew: (chunks: string[]) => Promise<void>, clock: Clock, everyMs: number, logger: Logger) {
    this.#renew = renew;
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#logger = logger;
  }

  hold(chunk: string): void {
    this.#held.add(chunk);
    this.#schedule();
  }

  letGo(chunks: Iterable<string>): void {
    for (const chunk of chunks) this.#held.delete(chunk);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#timer?.[Symbol.dispose]();
  }

  #schedule(): void {
    if (this.#timer || this.#isDisposed || this.#held.size === 0) return;
    this.#timer = this.#clock.setTimer(this.#everyMs, () => {
      this.#timer = undefined;
      void this.#round();
    });
  }

  async #round(): Promise<void> {
    const chunks = [...this.#held];
    try {
      for (let at = 0; at < chunks.length; at += MAX_PER_CALL) await this.#renew(chunks.slice(at, at + MAX_PER_CALL));
    } catch (error) {
      // The next round comes long before the grace period ends.
      this.#logger.warn({ err: error, chunks: chunks.length }, 'chunks of running uploads could not be renewed');
    }
    this.#schedule();
  }
}
