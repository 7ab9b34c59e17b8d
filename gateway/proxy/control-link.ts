/** Whether control answers, learned by asking it; those who need it wait here, for a bounded time. */
import type { Clock } from '../../common/clock/index.ts';
import { GatewayTimeout, Unavailable } from '../../common/errors/index.ts';
import type { Readiness } from '../../common/health/index.ts';
import type { InternalClient, Target } from '../../common/internal/index.ts';
import type { Logger } from '../../common/logging/index.ts';

export interface ControlLinkOptions {
  client: InternalClient;
  /** `host:port`. */
  address: string;
  readiness: Readiness;
  clock: Clock;
  logger: Logger;
}

const UP_INTERVAL_MS = 2_000;
const DOWN_INTERVAL_MS = 150;
const PROBE_TIMEOUT_MS = 2_000;
const NAME = 'control';

export class ControlLink implements AsyncDisposable {
  readonly target: Target;
  readonly #options: ControlLinkOptions;
  readonly #stopping = new AbortController();
  readonly #firstUp = Promise.withResolvers<void>();
  #up = Promise.withResolvers<void>();
  #isUp = false;
  #wake = Promise.withResolvers<void>();
  readonly #loop: Promise<void>;

  private constructor(options: ControlLinkOptions) {
    this.#options = options;
    this.target = { address: options.address, role: 'control' };
    this.#options.readiness.waitFor(NAME, `control at ${options.address} to answer`);
    this.#loop = this.#run();
  }

  static start(options: ControlLinkOptions): ControlLink {
    return new ControlLink(options);
  }

  /** Resolves when control has answered for the first time. */
  get firstUp(): Promise<void> {
    return this.#firstUp.promise;
  }

  /** Resolves when control answers. @throws Unavailable after `waitMs`; the signal's reason when aborted. */
  async whenUp(waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#isUp) return;
    const done = new AbortController();
    const timeUp = this.#options.clock.sleep(waitMs, AbortSignal.any([signal, done.signal])).then(() => {
      throw new Unavailable('Control is restarting or cannot be reached; try again shortly.', {
        code: 'control-unavailable',
      });
    });
    try {
      await Promise.race([this.#up.promise, timeUp]);
    } finally {
      done.abort();
      // The loser of the race ends by the abort; that is no failure.
      timeUp.catch(() => undefined);
    }
  }

  /** Somebody found control gone: look now. */
  suspect(): void {
    this.#setDown('it did not answer a request');
    this.#wake.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The gateway is stopping.'));
    this.#wake.resolve();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#probe(signal);
      this.#wake = Promise.withResolvers();
      await this.#pause(this.#isUp ? UP_INTERVAL_MS : DOWN_INTERVAL_MS, signal);
    }
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    try {
      const answer = await client.request(this.target, {
        method: 'GET',
        path: '/ready',
        signal,
        timeoutMs: PROBE_TIMEOUT_MS,
      });
      await answer.body.dump();
      this.#setUp();
    } catch (error) {
      if (signal.aborted) return;
      const isSilent = error instanceof Unavailable || error instanceof GatewayTimeout;
      this.#setDown(isSilent ? error.message : 'it says that it is not ready');
    }
  }

  /** A pause that `suspect` and the end cut short; at least the shortest interval, so that nobody makes it spin. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const rest = new AbortController();
    const ended = AbortSignal.any([signal, rest.signal]);
    try {
      await clock.sleep(Math.min(ms, DOWN_INTERVAL_MS), signal);
      if (ms <= DOWN_INTERVAL_MS) return;
      await Promise.race([clock.sleep(ms - DOWN_INTERVAL_MS, ended), this.#wake.promise]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      rest.abort();
    }
  }

  #setUp(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#options.readiness.fulfil(NAME);
    this.#options.logger.info({ address: this.target.address }, 'control answers');
    this.#firstUp.resolve();
    this.#up.resolve();
  }

  #setDown(reason: string): void {
    this.#options.readiness.waitFor(NAME, `control at ${this.target.address} to answer: ${reason}`);
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#up = Promise.withResolvers();
    this.#options.logger.warn({ address: this.target.address, reason }, 'control does not answer');
  }
}
