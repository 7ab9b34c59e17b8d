/**
 * The public port: TLS, then HTTP/1.1 or HTTP/2 by ALPN. Node's https server has the port, with all of its limits and
 * its bookkeeping of HTTP/1.1 connections; those that chose `h2` are handed to an HTTP/2 server that has no port.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../common/clock/index.ts';
import type { IdMaker } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { PublicCertificate } from '../certificate/public-certificate.ts';
import type { GatewayConfig } from '../config.ts';
import type { ConnectionCount } from '../limits/connection-count.ts';
import type { ResponseStream } from '../routing/index.ts';
import type { Entry } from './entry.ts';
import { boundControlFrames, http2Options, WINDOW_BYTES } from './http2-limits.ts';
import type { OpenRequest } from './open-request.ts';
import { type ParserError, parserRefusal, writeRefusal } from './parser-refusal.ts';
import type { RequestMetrics } from './request-metrics.ts';

export interface HttpsListenerOptions {
  config: Pick<GatewayConfig, 'host' | 'httpsPort' | 'limits' | 'tls'>;
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

/** Bodies of gigabytes come through here: fewer and larger reads and writes. */
const SOCKET_BUFFER_BYTES = 1 << 20;

export class HttpsListener implements AsyncDisposable {
  readonly #options: HttpsListenerOptions;
  readonly #server: Server;
  readonly #http2: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  /** The latest request of a connection over HTTP/1.1: what a parser's error in a body belongs to. */
  readonly #latest = new WeakMap<Duplex, OpenRequest>();
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
      headersTimeout: limits.headersTimeout,
      // The whole request's time is the route's affair: a body may go on for hours while bytes keep moving.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeout / 4),
      keepAliveTimeout: limits.keepAliveTimeout,
      maxHeaderSize: limits.headerBytes + limits.urlBytes,
      requireHostHeader: false,
      highWaterMark: SOCKET_BUFFER_BYTES,
      noDelay: true,
    });
    // One more than allowed, since Node drops what is past its limit silently.
    this.#server.maxHeadersCount = limits.headerCount + 1;
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
    server.listen(options.config.httpsPort, options.config.host, resolve);
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
    this.#wireHttp1();
    this.#wireHttp2();
  }

  #wireHttp1(): void {
    const accept = (request: IncomingMessage, response: ServerResponse, invite = () => {}) => {
      const open = this.#options.entry.accept({
        request,
        response,
        method: request.method ?? '',
        url: request.url ?? '',
        remoteAddress: request.socket.remoteAddress ?? '',
        invite,
        cut: () => response.destroy(),
      });
      this.#latest.set(request.socket, open);
    };
    this.#server.on('request', (request, response) => accept(request, response));
    this.#server.on('checkContinue', (request, response) => accept(request, response, () => response.writeContinue()));
    // Any other expectation is ignored, which RFC 9110 §10.1.1 allows.
    this.#server.on('checkExpectation', (request, response) => accept(request, response));
    this.#server.on('connect', (_request, socket) => {
      this.#refuse(socket, Object.assign(new Error('CONNECT'), { code: 'HPE_CONNECT' }));
    });
    this.#server.on('clientError', (error, socket) => this.#refuse(socket, error));
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
    this.#http2.on('request', (request, response) => {
      this.#options.entry.accept({
        request,
        // `flushHeaders` is there and not in the types.
        response: response as unknown as ResponseStream,
        method: request.method,
        url: request.url,
        remoteAddress: request.socket.remoteAddress ?? '',
        invite: () => {},
        cut: () => response.stream.close(constants.NGHTTP2_INTERNAL_ERROR),
      });
    });
    this.#http2.setTimeout(0);
  }

  #refuse(socket: Duplex, error: ParserError): void {
    const { config, ids, logger, metrics } = this.#options;
    const refusal = parserRefusal(error, config.limits);
    if (!refusal) {
      // Resets and failed handshakes: there is nobody to answer.
      logger.debug({ err: error }, 'connection ended by an error');
      socket.destroy();
      return;
    }
    const open = this.#latest.get(socket);
    if (open && !open.wire.response.writableEnded) {
      open.fail(refusal, { lingerMs: 0 });
      return;
    }
    const requestId = ids.typed('req');
    metrics.refused(refusal.code);
    logger.warn({ requestId, status: refusal.status, code: refusal.code, reason: error.code }, 'request refused');
    writeRefusal(socket, refusal, requestId);
  }
}
