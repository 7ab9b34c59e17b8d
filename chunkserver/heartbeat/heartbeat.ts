/**
 * Tells control what is here, and does what control answers: seals and deletions. While control is away it goes on
 * asking, ever more slowly, and the data path goes on without it.
 */
import type { Clock } from '../../common/clock/index.ts';
import { type HeartbeatAnswer, type HeartbeatRequest, heartbeatAnswer } from '../../common/filesystem/index.ts';
import type { Random } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { ChunkStore } from '../store/chunk-store.ts';
import type { FaultLog } from './fault-log.ts';

/** Between attempts while control is away: it restarts in a second or two, and writes wait for our report then. */
const FIRST_BACK_OFF_MS = 100;
const BACK_OFF_LIMIT_MS = 2_000;
const PATH = '/internal/filesystem/heartbeat';

export interface HeartbeatOptions {
  call: (path: string, body: HeartbeatRequest, signal: AbortSignal) => Promise<unknown>;
  store: ChunkStore;
  faults: FaultLog;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Where others reach us. */
  address: string;
  zone: string;
  bootId: string;
  intervalMs: number;
  load: () => number;
  onFailure: () => void;
}

export class Heartbeat implements AsyncDisposable {
  readonly #options: HeartbeatOptions;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  #masterEpoch = 0;
  #wantFullReport = true;
  #failures = 0;
  #intervalMs: number;
  #wake: (() => void) | undefined;
  #isUrgent = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs;
    this.#loop = this.#run();
  }

  /** Something happened that control should know before the interval is over. */
  hurry(): void {
    this.#isUrgent = true;
    // While control is away, urgency does not make it come back.
    if (this.#failures === 0) this.#wake?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The chunkserver is stopping.'));
    this.#wake?.();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#isUrgent = false;
      await this.#options.store.condition.refresh();
      const answer = await this.#beat();
      if (answer) await this.#obey(answer);
      if (!this.#isUrgent || this.#failures > 0) await this.#pause();
    }
  }

  /** One heartbeat. What it tells is kept for the next one unless control answers. */
  async #beat(): Promise<HeartbeatAnswer | undefined> {
    const { store, faults, call, logger, onFailure } = this.#options;
    const isFull = this.#wantFullReport;
    const changed = store.changes.take();
    const found = faults.take();
    try {
      const report = isFull
        ? { full: true, chunks: store.reports(), removed: changed.changes.removed }
        : { full: false, ...changed.changes };
      const answer = heartbeatAnswer.parse(
        await call(PATH, this.#request(report, found.faults), this.#stopping.signal),
      );
      this.#wantFullReport = answer.wantFullReport || answer.masterEpoch !== this.#masterEpoch;
      if (isFull && !answer.wantFullReport) this.#wantFullReport = false;
      if (this.#wantFullReport) this.#isUrgent = true;
      this.#masterEpoch = answer.masterEpoch;
      this.#intervalMs = answer.intervalMs;
      if (this.#failures > 0) logger.info({ failures: this.#failures }, 'control answers again');
      this.#failures = 0;
      return answer;
    } catch (error) {
      changed.restore();
      found.restore();
      if (this.#stopping.signal.aborted) return undefined;
      this.#failures += 1;
      onFailure();
      if (this.#failures === 1) logger.warn({ err: error }, 'control does not answer heartbeats; trying on');
      return undefined;
    }
  }

  #request(report: HeartbeatRequest['report'], faults: HeartbeatRequest['faults']): HeartbeatRequest {
    const { address, zone, bootId, load, store } = this.#options;
    return {
      address,
      zone,
      bootId,
      condition: store.condition.condition,
      conditionDetail: store.condition.detail,
      ...store.condition.space,
      load: load(),
      masterEpoch: this.#masterEpoch,
      report,
      faults,
    };
  }

  async #obey(answer: HeartbeatAnswer): Promise<void> {
    const { store, logger } = this.#options;
    for (const { chunk, version, length } of answer.seals) {
      await this.#attempt('seal', chunk, async () => {
        await store.seal(chunk, version, length);
        this.#isUrgent = true;
      });
    }
    for (const chunk of answer.pendingDeletes) {
      await this.#attempt('delete', chunk, async () => {
        if (!(await store.remove(chunk))) return;
        logger.info({ chunk }, 'replica removed, as control asked');
        this.#isUrgent = true;
      });
    }
  }

  /** A failure concerns one chunk: control sees it in the report and asks again. */
  async #attempt(what: 'seal' | 'delete', chunk: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#options.logger.error({ err: error, chunk }, `control's ${what} could not be carried out`);
    }
  }

  async #pause(): Promise<void> {
    const backOff = Math.min(FIRST_BACK_OFF_MS * 2 ** Math.min(this.#failures - 1, 10), BACK_OFF_LIMIT_MS);
    const waitMs = this.#failures > 0 ? backOff : this.#intervalMs;
    const jitter = 0.8 + 0.4 * ((this.#options.random.bytes(1)[0] ?? 128) / 255);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (this.#stopping.signal.aborted) return;
    using _timer = this.#options.clock.setTimer(waitMs * jitter, resolve);
    await promise;
    this.#wake = undefined;
  }
}
