import { Counter, Gauge, Histogram, type Registry } from '../common/metrics/index.ts';

export interface ChunkserverMetrics {
  bytesWritten: Counter;
  bytesRead: Counter;
  faults: Counter;
  replicasLost: Counter<'code'>;
  appendGroup: Histogram;
  heartbeatFailures: Counter;
  /** Counts a request; the answered function is called with how it ended. */
  requests(method: string, role: string): (result: 'ok' | 'failed') => void;
}

/** Gauges are asked for their value when the metrics are read. */
export function chunkserverMetrics(
  registry: Registry,
  state: { chunks: () => number; freeBytes: () => number; writable: () => boolean; inFlight: () => number },
): ChunkserverMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name: `bramble_chunkserver_${name}`, help, registers });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `bramble_chunkserver_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('chunks', 'Replicas held.', state.chunks);
  gauge('free_bytes', 'Free space of the disk.', state.freeBytes);
  gauge('writable', '1 while the disk takes writes.', () => Number(state.writable()));
  gauge('requests_in_flight', 'Requests being answered.', state.inFlight);
  const duration = new Histogram({
    name: 'bramble_chunkserver_request_seconds',
    help: 'Requests of the data path.',
    labelNames: ['method', 'role', 'result'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  return {
    bytesWritten: counter('written_bytes_total', 'Payload received and written.'),
    bytesRead: counter('read_bytes_total', 'Payload verified and sent.'),
    faults: counter('faults_total', 'Blocks found damaged.'),
    heartbeatFailures: counter('heartbeat_failures_total', 'Heartbeats that control did not answer.'),
    replicasLost: new Counter({
      name: 'bramble_chunkserver_replicas_lost_total',
      help: 'Replicas cut out of a chain, by reason.',
      labelNames: ['code'],
      registers,
    }),
    appendGroup: new Histogram({
      name: 'bramble_chunkserver_append_group_records',
      help: 'Records that shared one write and one sync.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 512, 4096],
      registers,
    }),
    requests: (method, role) => {
      const end = duration.startTimer({ method, role });
      return (result) => {
        end({ result });
      };
    },
  };
}
