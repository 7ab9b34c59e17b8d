/**
 * The public port: TLS, then HTTP/1.1 or HTTP/2 by ALPN. Node's https server has the port, with all of its limits and
 * its bookkeeping of HTTP/1.1 connections; those that chose `h2` are handed to an HTTP/2 server that has no port.
 */
import {
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../common/clock/index.ts';
import type { IdMaker } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { PublicCertificate } from '../certificate/public-certificate.ts';
import type { GatewayConfig } from '../config.ts';
import type { ConnectionCount } from '../limits/connection-count.ts';
import type { Door, ResponseStream } from '../routing/index.ts';
import type { Entry } from './entry.ts';
import { http1ServerOptions, takeHttp1Requests } from './http1-requests.ts';
import { boundControlFrames, http2Options, WINDOW_BYTES } from './http2-limits.ts';
import type { RequestMetrics } from './request-metrics.ts';

export interface HttpsListenerOptions {
  config: Pick<GatewayConfig, 'host' | 'limits' | 'tls'>;
  port: number;
  /** The only one at this port, whatever the host. */
  door?: Door;
  certificate: PublicCertificate;
  connections: ConnectionCount;
  entry: Entry;
  metrics: RequestMetrics;
  clock: Clock;
  ids: IdMaker;
  logger: Logger;
}

/** Forward secrecy and authenticated encryption only; AES-128 first, as it is the fastest where there are AES instructions. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':');

export class HttpsListener implements AsyncDisposable {
  readonly #options: HttpsListenerOptions;
  readonly #server: Server;
  readonly #http2: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  readonly #renewal: Disposable;

  private constructor(options: HttpsListenerOptions) {
    this.#options = options;
    const { limits, tls } = options.config;
    this.#server = createServer({
      ...options.certificate.secureContext,
      SNICallback: (name, done) => done(null, options.certificate.contextFor(name)),
      ALPNProtocols: ['h2', 'http/1.1'],
      minVersion: tls.minVersion,
      ciphers: CIPHERS,
      honorCipherOrder: true,
      sessionTimeout: Math.floor(tls.sessionTimeout / 1000),
      handshakeTimeout: limits.handshakeTimeout,
      ...http1ServerOptions(limits),
    });
    this.#http2 = createHttp2Server(http2Options(limits));
    this.#wire();
    // For clients that send no server name; those that do are answered by the callback above.
    this.#renewal = options.certificate.onChange(() =>
      this.#server.setSecureContext({
        ...options.certificate.secureContext,
        ciphers: CIPHERS,
        honorCipherOrder: true,
        minVersion: tls.minVersion,
      }),
    );
  }

  /** @throws the listening error (`EADDRINUSE`, …) of Node. */
  static async listen(options: HttpsListenerOptions): Promise<HttpsListener> {
    const listener = new HttpsListener(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = listener.#server;
    server.once('error', reject);
    server.listen(options.port, options.config.host, resolve);
    try {
      await promise;
    } catch (error) {
      listener.#renewal[Symbol.dispose]();
      throw error;
    }
    server.off('error', reject);
    server.on('error', (error) => options.logger.error({ err: error }, 'HTTPS listener failed'));
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more connections, and tells those there are that the next request goes elsewhere. */
  stopAccepting(): Promise<void> {
    this.#renewal[Symbol.dispose]();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    for (const session of this.#sessions) session.close();
    return closed;
  }

  /** Ends all connections at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.stopAccepting();
    for (const session of this.#sessions) session.destroy();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #wire(): void {
    const [speakHttp1] = this.#server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
    if (!speakHttp1) throw new Error('The https server of this Node has no secureConnection listener.');
    this.#server.removeAllListeners('secureConnection');
    this.#server.on('secureConnection', (socket) => {
      if (socket.alpnProtocol === 'h2') this.#http2.emit('connection', socket);
      else speakHttp1.call(this.#server, socket);
    });
    this.#server.on('connection', (socket: Socket) => {
      if (!this.#options.connections.admit(socket)) {
        this.#options.metrics.refused('connections');
        return;
      }
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const { entry, metrics, ids, logger, config, door } = this.#options;
    takeHttp1Requests(this.#server, { entry, limits: config.limits, metrics, ids, logger, isSecure: true, door });
    this.#wireHttp2();
  }

  #wireHttp2(): void {
    this.#http2.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      session.setLocalWindowSize(WINDOW_BYTES);
      boundControlFrames(session, this.#options.clock, () => this.#options.metrics.refused('http2-flood'));
      session.setTimeout(this.#options.config.limits.keepAliveTimeout, () => session.close());
    });
    this.#http2.on('sessionError', (error) => {
      this.#options.metrics.refused('http2-session');
      this.#options.logger.debug({ err: error }, 'HTTP/2 session ended by an error');
    });
    this.#http2.on('request', (request, response) => this.#acceptHttp2(request, response));
    const invited = (request: Http2ServerRequest, response: Http2ServerResponse) =>
      this.#acceptHttp2(request, response, () => response.writeContinue());
    this.#http2.on('checkContinue', invited);
    // Node's HTTP/2 knows `100-continue` in lower case only; expectations have no case (RFC 9110 §10.1.1).
    this.#http2.on('checkExpectation', (request, response) => {
      if (request.headers.expect?.toLowerCase() === '100-continue') invited(request, response);
      else this.#acceptHttp2(request, response);
    });
    this.#http2.setTimeout(0);
  }

  #acceptHttp2(request: Http2ServerRequest, response: Http2ServerResponse, invite = () => {}): void {
    this.#options.entry.accept({
      request,
      // `flushHeaders` is there and not in the types.
      response: response as unknown as ResponseStream,
      method: request.method,
      url: request.url,
      remoteAddress: request.socket.remoteAddress ?? '',
      isSecure: true,
      door: this.#options.door,
      invite,
      cut: () => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    });
  }
}
