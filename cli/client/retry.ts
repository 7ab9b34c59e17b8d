/** When to try again, and when to give up. Decisions are pure; `withRetries` adds the waiting. */
import type { Clock } from '../../common/clock/index.ts';
import { AppError } from '../../common/errors/index.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

const BROKEN_CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Busy (429), a process inside away (502, 503, 504), or the connection broke: worth another try. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AppError) {
    return [429, 502, 503, 504].includes(error.status) || error.code === 'idempotency-in-progress';
  }
  return isBrokenConnection(error);
}

export function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Node tries all addresses of a name and gives all their errors.
  if (error instanceof AggregateError) return error.errors.some(isBrokenConnection);
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && BROKEN_CONNECTION.has(code);
}

/**
 * How long to wait before the next try: doubling, with up to half of it random so that many clients do not come
 * back at once; never sooner than the server asked for. Undefined: give up.
 * @param attempt how many tries there were, from 1
 * @param random from 0 to 1
 */
export function retryWaitMs(
  attempt: number,
  elapsedMs: number,
  retryForMs: number,
  retryAfterSeconds: number | undefined,
  random: number,
): number | undefined {
  const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  const wait = Math.max(doubled * (1 - random / 2), (retryAfterSeconds ?? 0) * 1_000);
  return elapsedMs + wait > retryForMs ? undefined : wait;
}

export interface RetryPolicy {
  /** After this long without success the last error is thrown. */
  readonly retryForMs: number;
  readonly clock: Clock;
  /** From 0 to 1. */
  random(): number;
  readonly signal: AbortSignal;
  onRetry(reason: string, waitMs: number): void;
}

/**
 * Calls `attempt` until it succeeds, fails for good, or time is up. `progressed` tells that something came through in
 * the meantime, which starts the time anew.
 */
export async function withRetries<T>(policy: RetryPolicy, attempt: (progressed: () => void) => Promise<T>): Promise<T> {
  let startedAt = policy.clock.monotonic();
  let tries = 0;
  const progressed = () => {
    startedAt = policy.clock.monotonic();
    tries = 0;
  };
  for (;;) {
    try {
      tries += 1;
      return await attempt(progressed);
    } catch (error) {
      policy.signal.throwIfAborted();
      if (!isTransient(error)) throw error;
      const retryAfter = error instanceof AppError ? error.retryAfterSeconds : undefined;
      const elapsed = policy.clock.monotonic() - startedAt;
      const wait = retryWaitMs(Math.max(1, tries), elapsed, policy.retryForMs, retryAfter, policy.random());
      if (wait === undefined) throw error;
      policy.onRetry(reasonOf(error), wait);
      await policy.clock.sleep(wait, policy.signal);
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return isBrokenConnection(error) ? 'The connection broke.' : String(error);
}
