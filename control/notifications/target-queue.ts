/**
 * One target's queue, delivered: in order for each object, of several objects at once. What was delivered is settled by a
 * command now and then, so after a crash the last few are sent once more; what cannot be delivered is tried again with
 * growing pauses until it is too old, then dropped, so that the queue never holds more than a day.
 */
import type { Clock } from '../../common/clock/index.ts';
import type { Random } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { FilesystemView, PendingEvent } from '../filesystem/index.ts';
import { Refused, type Target } from './delivery.ts';
import { eventMessage } from './event-message.ts';
import type { NotificationMetrics } from './notification-metrics.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Looked at in one round, and held in memory. */
const ROUND_EVENTS = 256;
/** Objects whose events are sent at the same time. */
const LANES = 16;
/** A target that fails so often is left alone for a while; one object that fails alone holds up no other. */
const FAILURES_A_ROUND = 4;
/** At most so many are sent again after a crash … */
const SETTLE_EVERY_EVENTS = 256;
/** … or those of so long. */
const SETTLE_EVERY_MS = 2_000;

export interface TargetQueueOptions {
  arn: string;
  target: Target;
  view: Pick<FilesystemView, 'pendingEvents' | 'eventQueue' | 'onEvents'>;
  /** Appends `event.settle`. */
  settle(before: number): Promise<unknown>;
  /** As S3 clients know it. */
  region: string;
  keepForMs: number;
  metrics: NotificationMetrics;
  clock: Clock;
  random: Random;
  logger: Logger;
}

interface Round {
  /** The first that is worth another try. */
  failure: unknown;
  hasProgress: boolean;
}

export class TargetQueue implements AsyncDisposable {
  readonly #options: TargetQueueOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** Delivered, or given up, though something before them is not yet. */
  readonly #done = new Set<number>();
  /** All before it are delivered or given up. */
  #next: number;
  #settled: number;
  #settledAtMs: number;
  #wake: (() => void) | undefined;
  /** What was pushed out is told once. */
  #pushedOut: number;

  constructor(options: TargetQueueOptions) {
    this.#options = options;
    const queue = options.view.eventQueue(options.arn);
    this.#next = queue?.first ?? 1;
    this.#settled = this.#next;
    this.#pushedOut = queue?.pushedOut ?? 0;
    this.#settledAtMs = options.clock.monotonic();
    this.#running = this.#run();
  }

  /** What is on its way is cut off; it will be sent again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
    await this.#options.target[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { logger, arn, view } = this.#options;
    using _ = view.onEvents(() => this.#wake?.());
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        const { failure, hasProgress } = await this.#round();
        if (failure === undefined && failures > 0) logger.info({ target: arn }, 'notifications arrive again');
        if (failure !== undefined && failures === 0) {
          logger.warn({ err: failure, target: arn }, 'notifications cannot be delivered; they are tried again');
        }
        // While others get through, one object's failures do not slow them down.
        failures = failure === undefined ? 0 : hasProgress ? 1 : failures + 1;
      } catch (error) {
        failures += 1;
        logger.error({ err: error, target: arn }, 'the queue of notifications failed; it goes on after a pause');
      }
      if (failures > 0) await this.#pause(retryDelayMs(failures, this.#options.random));
      else await this.#idle();
    }
    await this.#settle().catch((error: unknown) => {
      logger.warn({ err: error, target: arn }, 'the last notifications will be sent once more');
    });
  }

  /** Sends what is at the head of the queue. */
  async #round(): Promise<Round> {
    const { view, arn, metrics } = this.#options;
    this.#tellPushedOut();
    const events = view.pendingEvents(arn, this.#next, ROUND_EVENTS);
    const fresh = this.#withoutOverdue(events.filter(({ sequence }) => !this.#done.has(sequence)));
    const lanes = lanesOf(fresh);
    const failures: unknown[] = [];
    const work = lanes.values();
    const before = this.#done.size;
    await Promise.all(
      Array.from({ length: Math.min(LANES, lanes.length) }, async () => {
        for (const lane of work) {
          const failure = await this.#sendLane(lane);
          if (failure !== undefined) failures.push(failure);
          if (failures.length >= FAILURES_A_ROUND) return;
        }
      }),
    );
    const hasProgress = this.#done.size > before;
    this.#advance();
    metrics.failed.inc({ target: arn }, failures.length);
    const isDue = this.#options.clock.monotonic() - this.#settledAtMs >= SETTLE_EVERY_MS;
    if (isDue || this.#next - this.#settled >= SETTLE_EVERY_EVENTS) await this.#settle();
    return { failure: failures[0], hasProgress };
  }

  /** One object's events, one after the other, up to the first that fails. */
  async #sendLane(lane: readonly PendingEvent[]): Promise<unknown> {
    const { arn, target, region, metrics, logger } = this.#options;
    for (const event of lane) {
      if (this.#stop.signal.aborted) return undefined;
      try {
        const notice = { id: `${arn}#${event.sequence}`, event, body: eventMessage(event, region) };
        await target.send(notice, this.#stop.signal);
        metrics.delivered.inc({ target: arn });
      } catch (error) {
        if (this.#stop.signal.aborted) return undefined;
        if (!(error instanceof Refused)) return error;
        metrics.dropped.inc({ target: arn, reason: 'refused' });
        logger.error({ err: error, target: arn, event: event.record }, 'a notification was refused, and is dropped');
      }
      this.#done.add(event.sequence);
    }
    return undefined;
  }

  #withoutOverdue(events: readonly PendingEvent[]): PendingEvent[] {
    const { clock, keepForMs, metrics, logger, arn } = this.#options;
    const oldest = clock.now() - keepForMs;
    const overdue = events.filter(({ record }) => record.atMs < oldest);
    if (overdue.length > 0) {
      for (const { sequence } of overdue) this.#done.add(sequence);
      metrics.dropped.inc({ target: arn, reason: 'too-old' }, overdue.length);
      const keys = overdue.slice(0, 10).map(({ record: { bucket, key } }) => `${bucket}/${key}`);
      logger.error({ target: arn, count: overdue.length, keys }, 'notifications are too old by now, and are dropped');
    }
    return events.filter(({ record }) => record.atMs >= oldest);
  }

  #tellPushedOut(): void {
    const { view, arn, metrics, logger } = this.#options;
    const queue = view.eventQueue(arn);
    if (!queue) return;
    // What was pushed out before it was sent is not waited for.
    if (queue.first > this.#next) this.#next = queue.first;
    const count = queue.pushedOut - this.#pushedOut;
    if (count === 0) return;
    this.#pushedOut = queue.pushedOut;
    metrics.dropped.inc({ target: arn, reason: 'queue-full' }, count);
    logger.error({ target: arn, count }, 'the queue of notifications is full: the oldest were dropped');
  }

  #advance(): void {
    for (; this.#done.delete(this.#next); this.#next += 1);
    for (const sequence of this.#done) if (sequence < this.#next) this.#done.delete(sequence);
  }

  async #settle(): Promise<void> {
    this.#settledAtMs = this.#options.clock.monotonic();
    if (this.#next === this.#settled) return;
    const { arn, settle, view } = this.#options;
    await settle(this.#next);
    // One command settles only so many; the rest is settled by the next.
    this.#settled = view.eventQueue(arn)?.first ?? this.#next;
  }

  /** Until there is something to send, or to settle. */
  async #idle(): Promise<void> {
    const { view, arn } = this.#options;
    if (view.pendingEvents(arn, this.#next, 1).length > 0) return;
    const unsettledMs = this.#next === this.#settled ? undefined : SETTLE_EVERY_MS;
    await this.#until(unsettledMs, true);
  }

  async #pause(ms: number): Promise<void> {
    await this.#until(ms, false);
  }

  /** Until the time is over, everything ends, or (`orEvents`) there are new events. */
  async #until(ms: number | undefined, orEvents: boolean): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = ms === undefined ? undefined : this.#options.clock.setTimer(ms, resolve);
    this.#wake = () => {
      if (orEvents || this.#stop.signal.aborted) resolve();
    };
    await promise;
    this.#wake = undefined;
  }
}

/** In order within each object; the objects in the order of their first events. */
export function lanesOf(events: readonly PendingEvent[]): PendingEvent[][] {
  const lanes = new Map<string, PendingEvent[]>();
  for (const event of events) {
    const { namespace, bucket, key } = event.record;
    const name = `${namespace}\0${bucket}\0${key}`;
    const lane = lanes.get(name);
    if (lane) lane.push(event);
    else lanes.set(name, [event]);
  }
  return [...lanes.values()];
}
