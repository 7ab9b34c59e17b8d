import { Counter, Gauge, Histogram, type Registry } from '../../common/metrics/index.ts';

export interface RequestFigures {
  route: string;
  method: string;
  status: number;
  durationMs: number;
  receivedBytes: number;
  sentBytes: number;
}

/** What is counted of requests, by the route's pattern so that the number of series stays small. */
export class RequestMetrics {
  readonly #requests: Counter<'route' | 'method' | 'status'>;
  readonly #duration: Histogram<'route' | 'method'>;
  readonly #bytes: Counter<'direction'>;
  readonly #refused: Counter<'code'>;

  constructor(registry: Registry, live: { connections: () => number; requests: () => number }) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'bramble_gateway_requests_total',
      help: 'Requests answered, by route, method and status.',
      labelNames: ['route', 'method', 'status'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'bramble_gateway_request_duration_seconds',
      help: 'From the head of a request to the end of its answer.',
      labelNames: ['route', 'method'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
      registers,
    });
    this.#bytes = new Counter({
      name: 'bramble_gateway_body_bytes_total',
      help: 'Bytes of bodies, received from and sent to callers.',
      labelNames: ['direction'],
      registers,
    });
    this.#refused = new Counter({
      name: 'bramble_gateway_refused_total',
      help: 'Connections and requests refused before they could be read.',
      labelNames: ['code'],
      registers,
    });
    gaugeOf('bramble_gateway_connections', 'Open connections of callers.', live.connections, registers);
    gaugeOf('bramble_gateway_open_requests', 'Requests in progress.', live.requests, registers);
  }

  answered(figures: RequestFigures): void {
    const { route, method, status } = figures;
    this.#requests.inc({ route, method, status });
    this.#duration.observe({ route, method }, figures.durationMs / 1000);
    if (figures.receivedBytes > 0) this.#bytes.inc({ direction: 'received' }, figures.receivedBytes);
    if (figures.sentBytes > 0) this.#bytes.inc({ direction: 'sent' }, figures.sentBytes);
  }

  refused(code: string): void {
    this.#refused.inc({ code });
  }
}

function gaugeOf(name: string, help: string, value: () => number, registers: Registry[]): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(value());
    },
  });
}
