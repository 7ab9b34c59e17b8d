/** One request from its head to the end of its answer: how it fails, and what is known of it when it is over. */
import type { OutgoingHttpHeaders } from 'node:http';
import { PROBLEM_CONTENT_TYPE, toAppError, toProblem } from '../../common/errors/index.ts';
import type { Door, RawTarget, Refusal, RequestStream, ResponseStream, Route } from '../routing/index.ts';
import { BodyMeter } from './body-meter.ts';

/** Describe the body that a handler meant to send, and not the problem that is sent instead. */
const BODY_HEADERS = [
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
] as const;

/** How long a refused body is still read (and dropped), so that its sender sees the answer instead of a reset. */
const LINGER_MS = 1_000;

export interface Wire {
  request: RequestStream;
  response: ResponseStream;
  method: string;
  /** As received. */
  url: string;
  remoteAddress: string;
  /** Over TLS. */
  isSecure: boolean;
  /** The door of a port that has only one, whatever the host. */
  door?: Door | undefined;
  /** Sends `100 Continue` when the caller waits for it. */
  invite: () => void;
  /** Ends the answer so that nobody can take it for whole. */
  cut: () => void;
}

export class OpenRequest {
  readonly wire: Wire;
  readonly requestId: string;
  readonly startedMs: number;
  readonly meter: BodyMeter;
  route: Route | undefined;
  /** The door that the request is for, the host as it was named, and what was asked of the door. */
  door: Door | undefined;
  host = '';
  operation: string | undefined;
  raw: RawTarget | undefined;
  /** Until when the whole body must have come; on the monotonic clock. */
  bodyDeadlineMs = Number.POSITIVE_INFINITY;
  bodyLimitBytes = Number.POSITIVE_INFINITY;
  /** What went wrong, for the log. */
  failure: unknown;
  readonly #controller = new AbortController();
  #hasFailed = false;

  constructor(wire: Wire, requestId: string, startedMs: number) {
    this.wire = wire;
    this.requestId = requestId;
    this.startedMs = startedMs;
    this.meter = new BodyMeter(wire.request, wire.response, (receivedBytes) => this.#received(receivedBytes));
  }

  onTooLarge: (() => void) | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether a body was announced and has not come whole. `complete` alone is late: without a body it is set after the head. */
  get hasBodyToCome(): boolean {
    const { complete, headers, httpVersionMajor } = this.wire.request;
    if (complete) return false;
    if (httpVersionMajor === 2 || headers['transfer-encoding'] !== undefined) return true;
    return Number(headers['content-length'] ?? 0) > 0;
  }

  /**
   * `100 Continue` goes out when the handler begins to read, so that a large body is not sent to be refused: handlers
   * look at permissions first (RFC 9110 §10.1.1).
   */
  inviteWhenRead(): void {
    const { request, response, invite } = this.wire;
    const read = request._read;
    request._read = (size) => {
      request._read = read;
      // A refused body may still be drained; its caller has the answer already.
      if (!response.headersSent) invite();
      read.call(request, size);
    };
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Answers by the problem, or cuts the answer when it has begun already. The first failure counts. */
  fail(thrown: unknown, options: { lingerMs?: number } = {}): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.failure = thrown;
    this.abort(thrown);
    const { request, response, method } = this.wire;
    if (response.headersSent || response.destroyed) {
      this.wire.cut();
      return;
    }
    const { status, headers, body } = this.#refusal(thrown);
    for (const name of BODY_HEADERS) response.removeHeader(name);
    // A connection can be used again only behind the end of the body.
    const isUnread = this.hasBodyToCome && request.httpVersionMajor === 1;
    if (isUnread) response.setHeader('connection', 'close');
    response.writeHead(status, headers);
    if (method === 'HEAD' || body === '') response.end();
    else if (isUnread) this.#endAfterBody(body, options.lingerMs ?? LINGER_MS);
    else response.end(body);
  }

  #refusal(thrown: unknown): Refusal {
    const { requestId, host, raw } = this;
    if (this.door) return this.door.refuse(thrown, { requestId, method: this.wire.method, host, raw });
    const error = toAppError(thrown);
    const body = JSON.stringify(toProblem(error, requestId));
    const headers: OutgoingHttpHeaders = {
      'content-type': PROBLEM_CONTENT_TYPE,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    };
    if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds));
    if (error.status === 401) headers['www-authenticate'] = 'Bearer realm="bramble"';
    return { status: error.status, headers, body };
  }

  #endAfterBody(body: string, lingerMs: number): void {
    const { request, response } = this.wire;
    response.write(body);
    const end = () => {
      clearTimeout(timer);
      response.end();
    };
    const timer = setTimeout(end, lingerMs);
    request.once('end', end);
    request.once('close', end);
    request.resume();
  }

  #received(receivedBytes: number): void {
    if (receivedBytes > this.bodyLimitBytes) this.onTooLarge?.();
  }
}
