/** How far uploads are, for those who watch: numbers only, kept a little after the end for a watcher that comes late. */
import type { Clock } from '../../../common/clock/index.ts';
import { Conflict, TooManyRequests } from '../../../common/errors/index.ts';
import type { ObjectName } from '../../../common/filesystem/index.ts';

export interface ProgressState {
  /** Bytes taken from the client. */
  received: number;
  /** Bytes that a quorum of replicas has. */
  stored: number;
  total: number | null;
  /** `paused`: a resumable upload whose next part has not come yet. */
  state: 'running' | 'paused' | 'done' | 'failed';
}

type Outcome = 'paused' | 'done' | 'failed';

export interface TrackedUpload extends Disposable {
  received(bytes: number): void;
  stored(bytes: number): void;
  finish(state: Outcome): void;
}

interface Entry extends ProgressState {
  name: ObjectName;
  ended: PromiseWithResolvers<void>;
  removal: Disposable | undefined;
}

const MAX_UPLOADS = 10_000;
const KEPT_AFTER_MS = 60_000;

export class UploadProgress implements Disposable {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `base`: bytes that earlier requests of the same upload stored. @throws Conflict when the id is in use. */
  begin(id: string, name: ObjectName, total: number | null, base = 0): TrackedUpload {
    const known = this.#entries.get(id);
    if (known?.state === 'running') throw new Conflict(`An upload '${id}' is under way; choose another id.`);
    if (!known && this.#entries.size >= MAX_UPLOADS) throw new TooManyRequests('Too many uploads are watched.');
    known?.removal?.[Symbol.dispose]();
    const entry: Entry = {
      received: base,
      stored: base,
      total,
      state: 'running',
      name,
      ended: Promise.withResolvers(),
      removal: undefined,
    };
    this.#entries.set(id, entry);
    const finish = (state: Outcome) => {
      if (entry.state !== 'running') return;
      entry.state = state;
      entry.ended.resolve();
      entry.removal = this.#clock.setTimer(KEPT_AFTER_MS, () => this.#entries.delete(id));
    };
    return {
      received: (bytes) => {
        entry.received = base + bytes;
      },
      stored: (bytes) => {
        entry.stored = base + bytes;
      },
      finish,
      [Symbol.dispose]: () => finish('failed'),
    };
  }

  /** Waits, at most `withinMs`, until no request of that upload runs here; answers at once when none does. */
  async untilIdle(id: string, withinMs: number): Promise<void> {
    const known = this.#entries.get(id);
    if (known?.state !== 'running') return;
    const late = Promise.withResolvers<void>();
    using _timer = this.#clock.setTimer(withinMs, () => late.resolve());
    await Promise.race([known.ended.promise, late.promise]);
  }

  find(id: string): { state: ProgressState; name: ObjectName } | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    const { received, stored, total, state, name } = entry;
    return { state: { received, stored, total, state }, name };
  }

  [Symbol.dispose](): void {
    for (const { removal } of this.#entries.values()) removal?.[Symbol.dispose]();
    this.#entries.clear();
  }
}
