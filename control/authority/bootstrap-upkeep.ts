/**
 * Keeps the identities on this machine usable while control runs. Each process renews its own; but those whose
 * certificates expired while the machine slept cannot ask for another, and take what is written into their folder here.
 */
import type { Clock } from '../../common/clock/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Authority } from './authority.ts';
import { type BootstrapIdentity, writeBootstrapIdentities } from './bootstrap-identities.ts';

export interface BootstrapUpkeepOptions {
  authority: Authority;
  identities: readonly BootstrapIdentity[];
  clock: Clock;
  logger: Logger;
  /** How often they are looked at. */
  intervalMs?: number;
}

const INTERVAL_MS = 30_000;

export class BootstrapUpkeep implements AsyncDisposable {
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  private constructor(options: BootstrapUpkeepOptions) {
    this.#loop = this.#run(options);
  }

  static start(options: BootstrapUpkeepOptions): BootstrapUpkeep {
    return new BootstrapUpkeep(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('Upkeep is stopping.'));
    await this.#loop;
  }

  async #run({
    authority,
    identities,
    clock,
    logger,
    intervalMs = INTERVAL_MS,
  }: BootstrapUpkeepOptions): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await clock.sleep(intervalMs, signal);
        for (const { role, node } of await writeBootstrapIdentities(authority, identities)) {
          logger.warn({ role, node }, 'an identity had not been renewed in time and was written anew');
        }
      } catch (error) {
        if (!signal.aborted) logger.error({ err: error }, 'identities could not be looked after');
      }
    }
  }
}
