/** What a server of HTTP/1.1 hands over to the entry, with TLS or without: requests, and what its parser refused. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { IdMaker } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { GatewayLimits } from '../config.ts';
import type { Door } from '../routing/index.ts';
import type { Entry } from './entry.ts';
import type { OpenRequest } from './open-request.ts';
import { type ParserError, parserRefusal, writeRefusal } from './parser-refusal.ts';
import type { RequestMetrics } from './request-metrics.ts';

export interface Http1Options {
  entry: Entry;
  limits: GatewayLimits;
  metrics: RequestMetrics;
  ids: IdMaker;
  logger: Logger;
  isSecure: boolean;
  /** Of a port that has only one. */
  door?: Door | undefined;
}

/** The settings of Node's server, for both kinds. */
export function http1ServerOptions(limits: GatewayLimits) {
  return {
    headersTimeout: limits.headersTimeout,
    // The whole request's time is the route's affair: a body may go on for hours while bytes keep moving.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeout / 4),
    keepAliveTimeout: limits.keepAliveTimeout,
    maxHeaderSize: limits.headerBytes + limits.urlBytes,
    requireHostHeader: false,
    highWaterMark: SOCKET_BUFFER_BYTES,
    noDelay: true,
  };
}

/** Bodies of gigabytes come through here: fewer and larger reads and writes. */
const SOCKET_BUFFER_BYTES = 1 << 20;

export function takeHttp1Requests(server: Server, options: Http1Options): void {
  /** The latest request of a connection: what a parser's error in a body belongs to. */
  const latest = new WeakMap<Duplex, OpenRequest>();
  const accept = (request: IncomingMessage, response: ServerResponse, invite = () => {}) => {
    const open = options.entry.accept({
      request,
      response,
      method: request.method ?? '',
      url: request.url ?? '',
      remoteAddress: request.socket.remoteAddress ?? '',
      isSecure: options.isSecure,
      door: options.door,
      invite,
      cut: () => response.destroy(),
    });
    latest.set(request.socket, open);
  };
  const refuse = (socket: Duplex, error: ParserError) => {
    const { limits, metrics, ids, logger } = options;
    const refusal = parserRefusal(error, limits);
    if (!refusal) {
      // Resets and failed handshakes: there is nobody to answer.
      logger.debug({ err: error }, 'connection ended by an error');
      socket.destroy();
      return;
    }
    const open = latest.get(socket);
    if (open && !open.wire.response.writableEnded) {
      open.fail(refusal, { lingerMs: 0 });
      return;
    }
    const requestId = ids.typed('req');
    metrics.refused(refusal.code);
    logger.warn({ requestId, status: refusal.status, code: refusal.code, reason: error.code }, 'request refused');
    writeRefusal(socket, refusal, requestId);
  };
  // One more than allowed, since Node drops what is past its limit silently.
  server.maxHeadersCount = options.limits.headerCount + 1;
  server.on('request', (request, response) => accept(request, response));
  server.on('checkContinue', (request, response) => accept(request, response, () => response.writeContinue()));
  // Any other expectation is ignored, which RFC 9110 §10.1.1 allows.
  server.on('checkExpectation', (request, response) => accept(request, response));
  server.on('connect', (_request, socket) => {
    refuse(socket, Object.assign(new Error('CONNECT'), { code: 'HPE_CONNECT' }));
  });
  server.on('clientError', (error, socket) => refuse(socket, error));
}
