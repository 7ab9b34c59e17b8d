/**
 * Cuts bodies that stand still, trickle (slowloris), or take longer than their route allows. Only time in which the
 * gateway waits for the caller counts: back-pressure from inside is no fault of theirs. One timer looks at all.
 */
import type { Clock } from '../../common/clock/index.ts';
import { RequestTimeout } from '../../common/errors/index.ts';
import type { OpenRequest } from './open-request.ts';

export interface BodyLimits {
  bodyIdleTimeout: number;
  bodyMinBytesPerSecond: number;
}

interface Window {
  /** When the window began, and what had come by then. */
  sinceMs: number;
  receivedBytes: number;
}

export class BodyWatch implements Disposable {
  readonly #limits: BodyLimits;
  readonly #clock: Clock;
  readonly #windows = new Map<OpenRequest, Window>();
  #timer: Disposable | undefined;

  constructor(limits: BodyLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Until `forget`. */
  watch(open: OpenRequest): void {
    this.#windows.set(open, { sinceMs: this.#clock.monotonic(), receivedBytes: 0 });
    this.#timer ??= this.#arm();
  }

  forget(open: OpenRequest): void {
    this.#windows.delete(open);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#windows.clear();
  }

  #arm(): Disposable {
    return this.#clock.setTimer(Math.min(1_000, this.#limits.bodyIdleTimeout / 4), () => {
      this.#look();
      this.#timer = this.#windows.size > 0 ? this.#arm() : undefined;
    });
  }

  #look(): void {
    const nowMs = this.#clock.monotonic();
    for (const [open, window] of this.#windows) {
      if (open.wire.request.complete) {
        this.#windows.delete(open);
        continue;
      }
      if (nowMs > open.bodyDeadlineMs) {
        this.#cut(open, 'The body did not come within the time that this route allows.');
        continue;
      }
      if (!open.meter.isWaitingForCaller) {
        this.#begin(window, open, nowMs);
        continue;
      }
      const verdict = judgeBody(this.#limits, nowMs - window.sinceMs, open.meter.receivedBytes - window.receivedBytes);
      if (verdict === 'too-slow') this.#cut(open, 'The body stood still, or came too slowly.');
      else if (verdict === 'fast-enough') this.#begin(window, open, nowMs);
    }
  }

  #begin(window: Window, open: OpenRequest, nowMs: number): void {
    window.sinceMs = nowMs;
    window.receivedBytes = open.meter.receivedBytes;
  }

  #cut(open: OpenRequest, why: string): void {
    this.#windows.delete(open);
    open.fail(new RequestTimeout(why, { code: 'body-too-slow' }), { lingerMs: 0 });
  }
}

/** What to make of `bytes` in `elapsedMs`; a window shorter than the idle time-out is not judged yet. */
export function judgeBody(limits: BodyLimits, elapsedMs: number, bytes: number): 'too-slow' | 'fast-enough' | 'early' {
  if (elapsedMs < limits.bodyIdleTimeout) return 'early';
  const wanted = Math.max(1, (limits.bodyMinBytesPerSecond * elapsedMs) / 1000);
  return bytes < wanted ? 'too-slow' : 'fast-enough';
}
