/** The plain port: health checks are answered, all else is sent to HTTPS. Nothing secret is ever read from here. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../common/clock/index.ts';
import { PROBLEM_CONTENT_TYPE, toAppError, toProblem } from '../../common/errors/index.ts';
import { answerHealth, type Readiness } from '../../common/health/index.ts';
import type { IdMaker } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Registry } from '../../common/metrics/index.ts';
import type { GatewayConfig } from '../config.ts';
import type { ConnectionCount } from '../limits/connection-count.ts';
import type { RequestRate } from '../limits/request-rate.ts';
import { parseRequestTarget } from '../routing/index.ts';
import { type ParserError, parserRefusal, writeRefusal } from './parser-refusal.ts';
import { checkHead } from './request-head.ts';
import { isRequestId } from './trace-context.ts';

export interface RedirectListenerOptions {
  config: Pick<GatewayConfig, 'host' | 'httpPort' | 'limits'>;
  /** Where HTTPS listens. */
  httpsPort: number;
  readiness: Readiness;
  metrics: Registry;
  connections: ConnectionCount;
  rate: RequestRate;
  clock: Clock;
  ids: IdMaker;
  logger: Logger;
}

export class RedirectListener implements AsyncDisposable {
  readonly #options: RedirectListenerOptions;
  readonly #server: Server;

  private constructor(options: RedirectListenerOptions) {
    this.#options = options;
    const { limits } = options.config;
    this.#server = createServer(
      {
        headersTimeout: limits.headersTimeout,
        requestTimeout: limits.headersTimeout,
        connectionsCheckingInterval: Math.min(1_000, limits.headersTimeout / 4),
        keepAliveTimeout: 5_000,
        maxHeaderSize: limits.headerBytes + limits.urlBytes,
        requireHostHeader: false,
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxHeadersCount = limits.headerCount + 1;
    this.#server.on('connection', (socket) => options.connections.admit(socket));
    this.#server.on('clientError', (error: ParserError, socket) => {
      const refusal = parserRefusal(error, limits);
      if (refusal) writeRefusal(socket, refusal, options.ids.typed('req'));
      else socket.destroy();
    });
  }

  /** @throws the listening error (`EADDRINUSE`, …) of Node. */
  static async listen(options: RedirectListenerOptions): Promise<RedirectListener> {
    const listener = new RedirectListener(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = listener.#server;
    server.once('error', reject);
    server.listen(options.config.httpPort, options.config.host, resolve);
    await promise;
    server.off('error', reject);
    server.on('error', (error) => options.logger.error({ err: error }, 'HTTP listener failed'));
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { config, readiness, metrics, rate, ids, httpsPort } = this.#options;
    const asked = request.headers['x-request-id'];
    const requestId = isRequestId(asked) ? asked : ids.typed('req');
    response.setHeader('x-request-id', requestId);
    response.setHeader('x-content-type-options', 'nosniff');
    // Bodies are not read here.
    if (!request.complete) response.setHeader('connection', 'close');
    try {
      rate.count(request.socket.remoteAddress ?? '', undefined);
      const isHealth = request.url === '/health' || request.url === '/ready';
      if (isHealth && (await answerHealth(request, response, readiness, metrics))) return;
      const parsed = parseRequestTarget(request.url ?? '', config.limits.urlBytes);
      const host = checkHead({ ...headOf(request) }, config.limits, parsed.authority);
      const location = `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}${parsed.target}`;
      response.writeHead(308, { location, 'content-length': 0 }).end();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.status >= 500) this.#options.logger.error({ err: error.cause ?? error, requestId }, 'redirect failed');
      response.writeHead(error.status, { 'content-type': PROBLEM_CONTENT_TYPE });
      response.end(JSON.stringify(toProblem(error, requestId)));
    }
  }
}

function headOf({ method, rawHeaders, httpVersionMajor, httpVersionMinor }: IncomingMessage) {
  return { method: method ?? '', rawHeaders, httpVersionMajor, httpVersionMinor };
}
