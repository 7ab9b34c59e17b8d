import type { Clock } from '../../common/clock/index.ts';
import { Counter, Gauge, type Registry } from '../../common/metrics/index.ts';
import type { FilesystemView } from '../filesystem/index.ts';

export interface NotificationMetrics {
  delivered: Counter;
  failed: Counter;
  dropped: Counter;
}

export function createNotificationMetrics(
  registry: Registry,
  view: Pick<FilesystemView, 'eventQueues' | 'pendingEvents'>,
  clock: Clock,
): NotificationMetrics {
  const registers = [registry];
  new Gauge({
    name: 'bramble_notifications_pending',
    help: 'Notifications that are not settled yet',
    labelNames: ['target'],
    registers,
    collect() {
      this.reset();
      for (const { target, first, next } of view.eventQueues()) this.set({ target }, next - first);
    },
  });
  new Gauge({
    name: 'bramble_notifications_lag_seconds',
    help: 'Age of the oldest notification that is not settled yet',
    labelNames: ['target'],
    registers,
    collect() {
      this.reset();
      for (const { target, first } of view.eventQueues()) {
        const [oldest] = view.pendingEvents(target, first, 1);
        this.set({ target }, oldest ? Math.max(0, clock.now() - oldest.record.atMs) / 1000 : 0);
      }
    },
  });
  return {
    delivered: new Counter({
      name: 'bramble_notifications_delivered_total',
      help: 'Notifications that their target has taken',
      labelNames: ['target'],
      registers,
    }),
    failed: new Counter({
      name: 'bramble_notifications_failed_total',
      help: 'Attempts that failed, and are made again',
      labelNames: ['target'],
      registers,
    }),
    dropped: new Counter({
      name: 'bramble_notifications_dropped_total',
      help: 'Notifications that were given up, by reason',
      labelNames: ['target', 'reason'],
      registers,
    }),
  };
}
