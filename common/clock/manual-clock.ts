import type { Clock } from './clock.ts';

/** A clock that moves only when told; for tests. */
export class ManualClock implements Clock {
  #now: number;
  #waiting: { at: number; task: () => void }[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    signal?.throwIfAborted();
    const timer = this.setTimer(ms, resolve);
    signal?.addEventListener('abort', () => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    });
    return promise;
  }

  setTimer(ms: number, task: () => void): Disposable {
    const waiter = { at: this.#now + ms, task };
    this.#waiting.push(waiter);
    return {
      [Symbol.dispose]: () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
      },
    };
  }

  /** Moves time on, running what falls due in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#waiting.filter((waiter) => waiter.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#waiting = this.#waiting.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.task();
    }
    this.#now = end;
  }
}
