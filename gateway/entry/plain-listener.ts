/** A port for one door without TLS: HTTP/1.1 only, for clients on the same machine or behind a proxy that has TLS. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectionCount } from '../limits/connection-count.ts';
import { type Http1Options, http1ServerOptions, takeHttp1Requests } from './http1-requests.ts';

export interface PlainListenerOptions extends Omit<Http1Options, 'isSecure'> {
  host: string;
  port: number;
  connections: ConnectionCount;
}

export class PlainListener implements AsyncDisposable {
  readonly #server: Server;

  private constructor(options: PlainListenerOptions) {
    this.#server = createServer(http1ServerOptions(options.limits));
    this.#server.on('connection', (socket) => {
      if (!options.connections.admit(socket)) options.metrics.refused('connections');
    });
    takeHttp1Requests(this.#server, { ...options, isSecure: false });
  }

  /** @throws the listening error (`EADDRINUSE`, …) of Node. */
  static async listen(options: PlainListenerOptions): Promise<PlainListener> {
    const listener = new PlainListener(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = listener.#server;
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
    await promise;
    server.off('error', reject);
    server.on('error', (error) => options.logger.error({ err: error }, 'plain listener failed'));
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more connections; resolves when those there are have ended. */
  stopAccepting(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    return closed;
  }

  /** Ends all connections at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.stopAccepting();
    this.#server.closeAllConnections();
    await closed;
  }
}
