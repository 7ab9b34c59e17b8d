/** Ctrl-C, and what else asks a program to end: once to stop in order, once more to stop at once. */
import type { Clock } from '../../common/clock/index.ts';

/** npm sends on the Ctrl-C that the terminal has already given us: what comes this soon is the same one. */
const SAME_PRESS_MS = 400;

export class StopSignals implements Disposable {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  readonly #stopping = new AbortController();
  readonly #clock: Clock;
  readonly #onSecond: () => void;
  #firstAt: number | undefined;

  constructor(clock: Clock, onSecond: () => void) {
    this.#clock = clock;
    this.#onSecond = onSecond;
    this.stop = this.#stopping.signal;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, this.#hear);
  }

  [Symbol.dispose](): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, this.#hear);
  }

  readonly #hear = (): void => {
    const now = this.#clock.monotonic();
    if (this.#firstAt === undefined) {
      this.#firstAt = now;
      this.#stopping.abort(new Error('Asked to stop.'));
    } else if (now - this.#firstAt > SAME_PRESS_MS) {
      this.#onSecond();
    }
  };
}
