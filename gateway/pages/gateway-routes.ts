/** What the gateway answers by itself, besides storage: its health, its limits, its authority, its front page. */
import type { Readiness } from '../../common/health/index.ts';
import type { GatewayConfig } from '../config.ts';
import type { Exchange, Route } from '../routing/index.ts';
import { LANDING_CSP, landingPage } from './landing-page.ts';

export interface GatewayRoutesOptions {
  config: Pick<GatewayConfig, 'limits'>;
  readiness: Readiness;
  /** PEM of the authority that signs the public certificate now. */
  authorityPem: () => string;
}

export function gatewayRoutes({ config, readiness, authorityPem }: GatewayRoutesOptions): Route[] {
  return [
    ...readable('/', (exchange) => {
      exchange.response.setHeader('content-security-policy', LANDING_CSP);
      // With the port. HTTP/2 names both in `:authority`, and browsers send no `host` then.
      const { ':authority': authority, host = exchange.host } = exchange.request.headers;
      const origin = `https://${authority ?? host}`;
      send(exchange, 200, 'text/html; charset=utf-8', landingPage(origin), 'no-cache');
    }),
    ...readable('/health', (exchange) => sendJson(exchange, 200, { status: 'alive' })),
    ...readable('/ready', (exchange) => {
      if (readiness.isReady) sendJson(exchange, 200, { status: 'ready' });
      else sendJson(exchange, 503, { status: 'starting', waitingFor: readiness.waitingFor });
    }),
    ...readable('/api/limits', (exchange) => sendJson(exchange, 200, describeLimits(config.limits))),
    ...readable('/.well-known/bramble/ca.pem', (exchange) => {
      send(exchange, 200, 'application/x-pem-file', authorityPem(), 'max-age=300');
    }),
  ];
}

/** GET and HEAD; a response to HEAD drops its body by itself. */
function readable(path: string, answer: (exchange: Exchange) => void): Route[] {
  const handle = async (exchange: Exchange) => answer(exchange);
  return [
    { method: 'GET', path, handle },
    { method: 'HEAD', path, handle },
  ];
}

/** Times in milliseconds, sizes in bytes, named so. */
function describeLimits(limits: GatewayConfig['limits']) {
  return {
    headerBytes: limits.headerBytes,
    headerCount: limits.headerCount,
    urlBytes: limits.urlBytes,
    headersTimeoutMs: limits.headersTimeout,
    keepAliveTimeoutMs: limits.keepAliveTimeout,
    bodyIdleTimeoutMs: limits.bodyIdleTimeout,
    bodyMinBytesPerSecond: limits.bodyMinBytesPerSecond,
    requestTimeoutMs: limits.requestTimeout,
    apiBodyBytes: limits.apiBodyBytes,
    controlWaitMs: limits.controlWait,
    requestsPerAddress: limits.perAddress,
    requestsPerPrincipal: limits.perPrincipal,
    connectionsPerAddress: limits.connectionsPerAddress,
    streamsPerConnection: limits.streamsPerConnection,
  };
}

function sendJson(exchange: Exchange, status: number, body: unknown): void {
  send(exchange, status, 'application/json', JSON.stringify(body), 'no-store');
}

function send({ response }: Exchange, status: number, contentType: string, body: string, cacheControl: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': cacheControl,
  });
  response.end(body);
}
