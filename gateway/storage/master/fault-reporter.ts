/** Tells the master what went wrong on chunkservers, a few at a time. Telling is best effort: heartbeats know it later. */
import type { Clock } from '../../../common/clock/index.ts';
import type { ReportRequest } from '../../../common/filesystem/index.ts';
import type { Logger } from '../../../common/logging/index.ts';
import { Counter, type Registry } from '../../../common/metrics/index.ts';

export type Fault = ReportRequest['faults'][number];

const MAX_WAITING = 1024;
const DETAIL_LENGTH = 1024;

export class FaultReporter implements AsyncDisposable {
  readonly #send: (faults: Fault[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #seen: Counter<'kind'>;
  #waiting: Fault[] = [];
  #timer: Disposable | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(send: (faults: Fault[]) => Promise<void>, clock: Clock, logger: Logger, metrics: Registry) {
    this.#send = send;
    this.#clock = clock;
    this.#logger = logger;
    this.#seen = new Counter({
      name: 'bramble_gateway_chunk_faults_total',
      help: 'Faults of chunk replicas that the gateway met',
      labelNames: ['kind'] as const,
      registers: [metrics],
    });
  }

  /** `delayMs`: how long to wait before telling; a seal that may wait lets commits under way be decided first. */
  report(fault: Fault, delayMs = 50): void {
    this.#seen.inc({ kind: fault.kind });
    this.#logger.warn({ ...fault }, 'a chunk replica failed');
    if (this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ ...fault, detail: fault.detail.slice(0, DETAIL_LENGTH) });
    this.#timer ??= this.#clock.setTimer(delayMs, () => this.#flush());
  }

  /** Tells at once, and resolves when the master knows (or cannot be told). */
  async tell(fault: Fault): Promise<void> {
    this.report(fault);
    this.#flush();
    await this.#sending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#flush();
    await this.#sending;
  }

  #flush(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const faults = this.#waiting;
    this.#waiting = [];
    if (faults.length === 0) return;
    this.#sending = this.#sending.then(async () => {
      try {
        await this.#send(faults);
      } catch (error) {
        this.#logger.warn({ err: error, faults: faults.length }, 'faults could not be reported to the master');
      }
    });
  }
}
