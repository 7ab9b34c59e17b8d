import type { PendingEvent } from '../filesystem/index.ts';

/** Something that notices can be sent to. */
export interface Target extends AsyncDisposable {
  /**
   * Resolves once the target has taken it. Ends by itself in a bounded time.
   * @throws Refused when sending this one again makes no sense; any other error: it is tried again.
   */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
}

export interface Notice {
  /** The same however often it is sent: what comes twice is known by it. */
  id: string;
  event: PendingEvent;
  body: string;
}

/** The target will never take this one. */
export class Refused extends Error {}

/** How long one attempt may take, whatever the target does. */
export const SEND_TIMEOUT_MS = 10_000;
