/**
 * Applies durable entries to one view, strictly in order of height, while the log goes on writing. What was asked for an
 * entry is answered as soon as the view has it.
 */
import type { Clock } from '../../common/clock/index.ts';
import { Unavailable } from '../../common/errors/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Command } from './command.ts';
import type { Outcome, View } from './command-log.ts';

/** Waits between attempts to apply an entry: a database that restarts is back within these 15 s, or the log stops. */
const RETRY_AFTER_MS = [50, 200, 750, 2_000, 4_000, 8_000];

/** Who waits for one command. */
export interface Waiter {
  resolve(answer: { height: number; value: unknown }): void;
  reject(error: unknown): void;
}

interface Work {
  height: number;
  commands: Command[];
  waiters: Waiter[];
}

export interface ApplyQueueOptions {
  view: View;
  clock: Clock;
  logger: Logger;
  /** After every entry, with how many commands were answered. */
  onApplied: (commands: number) => void;
  /** The view cannot be brought further; nothing may be applied any more. */
  onFailed: (error: unknown) => void;
}

export class ApplyQueue {
  readonly view: View;
  readonly #options: ApplyQueueOptions;
  #waiting: Work[] = [];
  #current: Work | undefined;
  #running: Promise<void> | undefined;
  #failure: Unavailable | undefined;
  #errands: (() => Promise<void>)[] = [];

  constructor(options: ApplyQueueOptions) {
    this.view = options.view;
    this.#options = options;
  }

  /** The height below which nothing waits here; undefined when nothing waits at all. */
  get appliedUpTo(): number | undefined {
    const next = this.#current ?? this.#waiting[0];
    return next ? next.height - 1 : undefined;
  }

  enqueue(work: Work): void {
    if (this.#failure) {
      for (const waiter of work.waiters) waiter.reject(this.#failure);
      this.#options.onApplied(work.waiters.length);
      return;
    }
    this.#waiting.push(work);
    this.#running ??= this.#run();
  }

  /** Runs the errand between two entries, when the view stands still. */
  async between<Value>(errand: () => Promise<Value>): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.#errands.push(() => errand().then(resolve, reject));
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    for (;;) {
      const errand = this.#errands.shift();
      if (errand) {
        await errand();
        continue;
      }
      const work = this.#waiting.shift();
      if (!work) break;
      this.#current = work;
      await this.#applyOne(work);
      this.#current = undefined;
      this.#options.onApplied(work.waiters.length);
    }
    this.#running = undefined;
  }

  async #applyOne(work: Work): Promise<void> {
    if (this.#failure) {
      for (const waiter of work.waiters) waiter.reject(this.#failure);
      return;
    }
    try {
      const outcomes = await this.#applyStubbornly(work);
      answer(work, outcomes);
    } catch (error) {
      this.#failure = new Unavailable(
        `The log has the command, but the ${this.view.name} view could not take it. Restart control; if that does not help, its log says why.`,
        { code: 'view-failed', cause: error },
      );
      for (const waiter of work.waiters) waiter.reject(this.#failure);
      this.#options.onFailed(error);
    }
  }

  async #applyStubbornly(work: Work): Promise<Outcome[] | 'unknown'> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.view.apply(work.height, work.commands);
      } catch (error) {
        // The transaction may have been committed although its answer was lost.
        if (this.view.appliedHeight() >= work.height) return 'unknown';
        const delayMs = RETRY_AFTER_MS[attempt];
        if (delayMs === undefined) throw error;
        const { view } = this;
        this.#options.logger.warn({ err: error, view: view.name, height: work.height, delayMs }, 'applying again');
        await this.#options.clock.sleep(delayMs);
      }
    }
  }
}

function answer({ height, waiters }: Work, outcomes: Outcome[] | 'unknown'): void {
  for (const [place, waiter] of waiters.entries()) {
    const outcome = outcomes === 'unknown' ? undefined : outcomes[place];
    if (outcome?.ok) waiter.resolve({ height, value: outcome.value });
    else if (outcome) waiter.reject(outcome.error);
    else {
      const detail = 'The command was applied, but its answer was lost; look before you repeat it.';
      waiter.reject(new Unavailable(detail, { code: 'outcome-unknown' }));
    }
  }
}
