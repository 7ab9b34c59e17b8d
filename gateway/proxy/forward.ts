/**
 * Hands an exchange to control and its answer back, streaming both ways. While control restarts, callers wait: a request
 * that never reached it is sent again, and one that may have reached it only when doing it twice is as good as once.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../common/clock/index.ts';
import { GatewayTimeout, Unavailable } from '../../common/errors/index.ts';
import { type InternalClient, type InternalResponse, readBody } from '../../common/internal/index.ts';
import type { Exchange, Route } from '../routing/index.ts';
import type { ControlLink } from './control-link.ts';
import { requestHeaders, responseHeaders } from './forwarded-headers.ts';

export interface ForwardOptions {
  client: InternalClient;
  link: ControlLink;
  clock: Clock;
  limits: { controlWait: number; requestTimeout: number };
}

type Method = Parameters<InternalClient['request']>[1]['method'];

/** RFC 9110 §9.2.2. With an `Idempotency-Key` any request is. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Errors of a connection that was never there, hence of a request that was never sent. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Bodies up to this size are held until the answer begins, so that they can be sent again. */
const HELD_BODY_BYTES = 64 * 1024;
const RETRY_PAUSE_MS = 100;

/** The routes that control answers. */
export function proxyRoutes(options: ForwardOptions): Route[] {
  const handle = (exchange: Exchange) => forward(exchange, options);
  return ['/api/{rest...}', '/docs', '/docs/{rest...}', '/openapi.json', '/.well-known/{rest...}'].map((path) => ({
    method: '*',
    path,
    handle,
  }));
}

async function forward(exchange: Exchange, options: ForwardOptions): Promise<void> {
  const answer = await ask(exchange, options);
  const { response } = exchange;
  response.writeHead(answer.statusCode, responseHeaders(answer.headers as IncomingHttpHeaders));
  // Without a length it may be a stream of events: the caller hears at once that it has begun.
  if (answer.headers['content-length'] === undefined) response.flushHeaders();
  await pipeline(answer.body, response);
}

async function ask(exchange: Exchange, options: ForwardOptions): Promise<InternalResponse> {
  const { link, clock, limits } = options;
  const { monotonic } = clock;
  const deadlineMs = monotonic() + limits.controlWait;
  const held = isHeld(exchange) ? await readBody(exchange.request, HELD_BODY_BYTES) : undefined;
  const headers = requestHeaders(exchange);
  for (;;) {
    await link.whenUp(Math.max(0, deadlineMs - monotonic()), exchange.signal);
    try {
      return await options.client.request(link.target, {
        method: exchange.method as Method,
        path: exchange.target,
        headers,
        body: held ?? (hasBody(exchange) ? exchange.request : null),
        signal: exchange.signal,
        headersTimeoutMs: limits.requestTimeout,
        anyStatus: true,
      });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (codeOf(error.cause) === 'UND_ERR_HEADERS_TIMEOUT') {
        throw new GatewayTimeout('Control did not answer in time.', { cause: error });
      }
      link.suspect();
      const isHarmless = isIdempotent(exchange) || NEVER_SENT.has(codeOf(error.cause) ?? '');
      const canRepeat = held !== undefined || !hasBody(exchange);
      if (!isHarmless || !canRepeat || monotonic() >= deadlineMs) throw error;
      exchange.logger.debug({ err: error.cause }, 'control went away; the request waits for it');
      await clock.sleep(RETRY_PAUSE_MS, exchange.signal);
    }
  }
}

function hasBody({ request }: Exchange): boolean {
  const { headers } = request;
  if (headers['transfer-encoding'] !== undefined) return true;
  if (headers['content-length'] !== undefined) return headers['content-length'] !== '0';
  // HTTP/2 needs neither of the two.
  return request.httpVersionMajor === 2 && !request.complete;
}

function isHeld(exchange: Exchange): boolean {
  const length = exchange.request.headers['content-length'];
  return length !== undefined && Number(length) > 0 && Number(length) <= HELD_BODY_BYTES;
}

function isIdempotent(exchange: Exchange): boolean {
  return IDEMPOTENT.has(exchange.method) || exchange.request.headers['idempotency-key'] !== undefined;
}

function codeOf(cause: unknown): string | undefined {
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  return cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
}
