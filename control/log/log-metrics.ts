import { Counter, Gauge, Histogram, type Registry } from '../../common/metrics/index.ts';

export interface LogMetrics {
  entries: Counter;
  commands: Counter;
  bytes: Counter;
  syncSeconds: Histogram;
  entryCommands: Histogram;
  height: Gauge;
}

/** @param waiting answers how many commands are taken and not yet answered, when it is asked. */
export function createLogMetrics(registry: Registry, waiting: () => number): LogMetrics {
  const registers = [registry];
  new Gauge({
    name: 'bramble_log_queue_commands',
    help: 'Commands that were taken and are not yet durable and applied.',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  return {
    entries: new Counter({ name: 'bramble_log_entries_total', help: 'Entries made durable.', registers }),
    commands: new Counter({ name: 'bramble_log_commands_total', help: 'Commands made durable.', registers }),
    bytes: new Counter({ name: 'bramble_log_written_bytes_total', help: 'Bytes of records written.', registers }),
    syncSeconds: new Histogram({
      name: 'bramble_log_sync_seconds',
      help: 'Time to write one entry and make it durable.',
      buckets: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2],
      registers,
    }),
    entryCommands: new Histogram({
      name: 'bramble_log_entry_commands',
      help: 'Commands that shared one entry.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
      registers,
    }),
    height: new Gauge({ name: 'bramble_log_height', help: 'Height of the last durable entry.', registers }),
  };
}
