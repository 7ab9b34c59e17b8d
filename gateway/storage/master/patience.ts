/** Waiting for a master that is away for a moment: it restarts in a second or two, and nobody should notice. */
import type { Clock } from '../../../common/clock/index.ts';
import { AppError } from '../../../common/errors/index.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const TRANSIENT_STATUSES = new Set([502, 503, 504]);

/** Whether the call may not have reached the master, or it was not ready: whether it took effect is not known. */
export function isTransient(error: unknown): boolean {
  return error instanceof AppError && TRANSIENT_STATUSES.has(error.status);
}

/**
 * Tries until it works, until an error that waiting does not heal, or until `deadlineMs` (monotonic).
 * @throws the last error.
 */
export async function patiently<Value>(
  clock: Clock,
  deadlineMs: number,
  attempt: () => Promise<Value>,
): Promise<Value> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error) || clock.monotonic() + pauseMs > deadlineMs) throw error;
    }
    await clock.sleep(pauseMs);
  }
}
