/** All targets of the configuration with their queues; and the queues of targets that are configured no more. */
import type { Clock } from '../../common/clock/index.ts';
import { createIdMaker, type Random } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Registry } from '../../common/metrics/index.ts';
import type { FilesystemView } from '../filesystem/index.ts';
import { type CommandLog, SYSTEM } from '../log/index.ts';
import type { Target } from './delivery.ts';
import { MqttTarget } from './mqtt-target.ts';
import { createNotificationMetrics, type NotificationMetrics } from './notification-metrics.ts';
import { TargetQueue } from './target-queue.ts';
import { arnOf, type NotificationsConfig, type NotificationTargetConfig } from './targets.ts';
import { WebhookTarget } from './webhook-target.ts';

const CLEAR_EVERY_MS = 60_000;

export interface NotificationsOptions {
  config: NotificationsConfig;
  view: FilesystemView;
  log: Pick<CommandLog, 'append'>;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Registry;
}

/** The ARNs that buckets may name. */
export function notificationArns({ targets }: NotificationsConfig): ReadonlySet<string> {
  return new Set(Object.entries(targets).map(([name, target]) => arnOf(name, target)));
}

export class Notifications implements AsyncDisposable {
  readonly #options: NotificationsOptions;
  readonly #metrics: NotificationMetrics;
  readonly #arns: ReadonlySet<string>;
  readonly #queues: TargetQueue[];
  #timer: Disposable | undefined;
  #clearing: Promise<void> = Promise.resolve();
  #isStopping = false;

  /** The log must take commands already. */
  constructor(options: NotificationsOptions) {
    const { config, view, clock, random, logger, metrics } = options;
    this.#options = options;
    this.#arns = notificationArns(config);
    this.#metrics = createNotificationMetrics(metrics, view, clock);
    this.#queues = Object.entries(config.targets).map(([name, target]) => {
      const arn = arnOf(name, target);
      return new TargetQueue({
        arn,
        target: this.#open(name, target),
        view,
        settle: (before) => this.#settle(arn, before),
        region: config.region,
        keepForMs: config.keepFor,
        metrics: this.#metrics,
        clock,
        random,
        logger,
      });
    });
    this.#clearSoon(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#timer?.[Symbol.dispose]();
    await Promise.all([this.#clearing, ...this.#queues.map((queue) => queue[Symbol.asyncDispose]())]);
  }

  #open(name: string, target: NotificationTargetConfig): Target {
    if (target.kind === 'webhook') return new WebhookTarget(target);
    const { clock, random } = this.#options;
    return new MqttTarget(target, `bramble-${name}-${createIdMaker(clock, random).uuid().slice(-12)}`, clock);
  }

  async #settle(target: string, before: number): Promise<number> {
    const { log, clock } = this.#options;
    const command = { type: 'event.settle', at: clock.now(), actor: SYSTEM, requestId: 'notifications' };
    const { value } = await log.append<number>({ ...command, data: { target, before } });
    return value;
  }

  #clearSoon(afterMs: number): void {
    this.#timer = this.#options.clock.setTimer(afterMs, () => {
      this.#clearing = this.#clearUnknown()
        .catch((error: unknown) => {
          this.#options.logger.error({ err: error }, 'queues of former targets could not be cleared; tried again');
        })
        .then(() => {
          if (!this.#isStopping) this.#clearSoon(CLEAR_EVERY_MS);
        });
    });
  }

  /** A rule may go on naming a target that was taken out of the configuration: nobody waits for its notices. */
  async #clearUnknown(): Promise<void> {
    const { view, logger } = this.#options;
    for (const { target, first, next } of view.eventQueues()) {
      if (this.#arns.has(target) || first === next) continue;
      let count = 0;
      for (let part = 1; part > 0 && !this.#isStopping; count += part) part = await this.#settle(target, next);
      this.#metrics.dropped.inc({ target, reason: 'no-such-target' }, count);
      logger.warn({ target, count }, 'notifications for a target that is not configured are dropped');
    }
  }
}
