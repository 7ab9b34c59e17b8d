/** The way of every request: checked, counted, routed, handled, logged. Knows nothing of sockets or of what routes do. */
import type { Clock } from '../../common/clock/index.ts';
import { type AppError, TooLarge, Unauthenticated } from '../../common/errors/index.ts';
import type { Credential } from '../../common/filesystem/index.ts';
import type { IdMaker, Random } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { GatewayLimits } from '../config.ts';
import type { RequestRate } from '../limits/request-rate.ts';
import { type Door, decodeRequestTarget, type RawTarget, type Router, splitRequestTarget } from '../routing/index.ts';
import { logAccess } from './access-log.ts';
import { type CorsRules, corsHeaders, type HeaderList, preflightHeaders } from './answer-headers.ts';
import type { BodyWatch } from './body-watch.ts';
import { AtDoorExchange, RoutedExchange } from './open-exchange.ts';
import { OpenRequest, type Wire } from './open-request.ts';
import { checkHead, namedHost } from './request-head.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { isRequestId } from './trace-context.ts';

export interface EntryOptions {
  router: Router;
  /** Hosts that are not the router's. */
  doors: readonly Door[];
  rate: RequestRate;
  watch: BodyWatch;
  limits: GatewayLimits;
  cors: CorsRules;
  /** On every answer. */
  headers: HeaderList;
  metrics: RequestMetrics;
  clock: Clock;
  random: Random;
  ids: IdMaker;
  logger: Logger;
}

export class Entry {
  readonly #options: EntryOptions;
  readonly #open = new Set<OpenRequest>();
  #isDraining = false;

  constructor(options: EntryOptions) {
    this.#options = options;
  }

  get openRequests(): number {
    return this.#open.size;
  }

  /** Takes a request as soon as its head is there. The answer is given, whatever happens. */
  accept(wire: Wire): OpenRequest {
    const { clock, ids } = this.#options;
    const asked = wire.request.headers['x-request-id'];
    const open = new OpenRequest(wire, isRequestId(asked) ? asked : ids.typed('req'), clock.monotonic());
    this.#open.add(open);
    const failed = (error: Error) => {
      open.failure ??= error;
      open.abort(error);
    };
    wire.request.on('error', failed);
    wire.response.on('error', failed);
    wire.response.once('close', () => this.#close(open));
    open.host = namedHost(wire.request);
    open.door = this.#doorAt(wire, open.host);
    this.#setHeaders(open);
    try {
      open.raw = splitRequestTarget(wire.url, this.#options.limits.urlBytes);
      void this.#answer(open, open.raw);
    } catch (error) {
      open.fail(error);
    }
    return open;
  }

  /** From now on every answer over HTTP/1.1 asks its caller to connect anew. */
  drain(): void {
    this.#isDraining = true;
    for (const open of this.#open) closeAfter(open.wire);
  }

  /** Fails what is still in progress. */
  cut(reason: AppError): void {
    for (const open of this.#open) open.fail(reason, { lingerMs: 0 });
  }

  async #answer(open: OpenRequest, raw: RawTarget): Promise<void> {
    const { wire } = open;
    try {
      open.host = checkHead(headOf(wire), this.#options.limits, raw.authority);
      open.door = this.#doorAt(wire, open.host);
      if (open.door) await this.#answerAtDoor(open, raw, open.door);
      else await this.#answerByRoute(open, raw);
      if (!wire.response.writableEnded && !wire.response.destroyed) {
        const asked = open.operation ?? `${wire.method} ${open.route?.path}`;
        throw new Error(`The handler of ${asked} left the request unanswered.`);
      }
    } catch (error) {
      open.fail(error);
    }
  }

  /** The door has its own limits of bodies; that bytes keep moving is seen to here. */
  async #answerAtDoor(open: OpenRequest, raw: RawTarget, door: Door): Promise<void> {
    this.#options.rate.count(open.wire.remoteAddress, undefined);
    if (open.hasBodyToCome) this.#options.watch.watch(open);
    open.inviteWhenRead();
    await door.handle(new AtDoorExchange(this.#options, open, open.host, raw));
  }

  async #answerByRoute(open: OpenRequest, raw: RawTarget): Promise<void> {
    const { wire } = open;
    const target = decodeRequestTarget(raw);
    const credential = credentialOf(wire.request.headers.authorization);
    this.#options.rate.count(wire.remoteAddress, credential.kind === 'bearer' ? credential.token : undefined);
    if (this.#answerOrigin(wire)) return;
    const { route, params } = this.#options.router.find(open.host, wire.method, target.path);
    open.route = route;
    this.#limitBody(open);
    if (route.body === 'bulk') open.inviteWhenRead();
    else wire.invite();
    await route.handle(new RoutedExchange(this.#options, open, open.host, raw, { target, params, credential }));
  }

  /** The one of the host; at a port with a door of its own, that one for every other host. */
  #doorAt({ door: ofPort }: Pick<Wire, 'door'>, host: string): Door | undefined {
    return this.#options.doors.find((door) => door.isAt(host)) ?? ofPort;
  }

  #setHeaders(open: OpenRequest): void {
    const { response } = open.wire;
    response.setHeader('x-request-id', open.requestId);
    const headers = open.door?.headers(open.requestId, open.host) ?? this.#options.headers;
    for (const [name, value] of headers) response.setHeader(name, value);
    if (this.#isDraining) closeAfter(open.wire);
  }

  /** Cross-origin rules; answers preflights. Returns whether the request has been answered. */
  #answerOrigin({ request, response, method }: Wire): boolean {
    const { origin } = request.headers;
    if (origin === undefined) return false;
    const isPreflight = method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    const headers = isPreflight
      ? preflightHeaders(this.#options.cors, origin)
      : corsHeaders(this.#options.cors, origin);
    for (const [name, value] of headers) response.setHeader(name, value);
    if (isPreflight) {
      response.writeHead(204);
      response.end();
    }
    return isPreflight;
  }

  #limitBody(open: OpenRequest): void {
    const { request } = open.wire;
    if (open.route?.body !== 'bulk') {
      const { apiBodyBytes, requestTimeout } = this.#options.limits;
      const tooLarge = () => new TooLarge(`The body of this request may have ${apiBodyBytes} bytes.`);
      if (Number(request.headers['content-length'] ?? 0) > apiBodyBytes) throw tooLarge();
      open.bodyLimitBytes = apiBodyBytes;
      open.onTooLarge = () => open.fail(tooLarge());
      open.bodyDeadlineMs = open.startedMs + requestTimeout;
    }
    if (open.hasBodyToCome) this.#options.watch.watch(open);
  }

  #close(open: OpenRequest): void {
    const { clock, metrics, logger, watch } = this.#options;
    const { response, method } = open.wire;
    this.#open.delete(open);
    watch.forget(open);
    const isWhole = response.writableFinished;
    if (!isWhole) open.abort(open.failure ?? new Error('The caller went away.'));
    // 499 as nginx has it: there was nobody left to answer.
    const status = response.headersSent ? response.statusCode : 499;
    const durationMs = clock.monotonic() - open.startedMs;
    metrics.answered({
      route: open.operation ?? open.route?.path ?? 'none',
      method: open.operation || open.route ? method : 'any',
      status,
      durationMs,
      receivedBytes: open.meter.receivedBytes,
      sentBytes: open.meter.sentBytes,
    });
    logAccess(logger, open, { status, durationMs, isWhole });
  }
}

function headOf({ request, method }: Wire) {
  const { rawHeaders, httpVersionMajor, httpVersionMinor } = request;
  return { method, rawHeaders, httpVersionMajor, httpVersionMinor };
}

/** `Bearer` only; another scheme names nobody here. @throws Unauthenticated */
function credentialOf(authorization: string | undefined): Credential {
  if (authorization === undefined) return { kind: 'anonymous' };
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization) ?? [];
  if (token === undefined || token.length > 8192) {
    throw new Unauthenticated('Send `Authorization: Bearer <token>`.');
  }
  return { kind: 'bearer', token };
}

function closeAfter({ request, response }: Wire): void {
  if (request.httpVersionMajor === 1 && !response.headersSent) response.setHeader('connection', 'close');
}
