/**
 * One request and its answer as handlers see them, the same over HTTP/1.1 and HTTP/2. By the time a handler runs, the
 * head has been checked, limits are paid, and the headers that every answer carries are set.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import type { Credential } from '../../common/filesystem/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { RawTarget } from './request-target.ts';

/** What `IncomingMessage` and `Http2ServerRequest` have in common. Read it, or leave it: the gateway drains or cuts it. */
export interface RequestStream extends Readable {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  readonly httpVersionMajor: number;
  readonly httpVersionMinor: number;
  /** False until the whole body has arrived. */
  readonly complete: boolean;
}

/** What `ServerResponse` and `Http2ServerResponse` have in common. */
export interface ResponseStream extends Writable {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string | number | readonly string[]): unknown;
  getHeader(name: string): number | string | string[] | undefined;
  hasHeader(name: string): boolean;
  removeHeader(name: string): void;
  writeHead(status: number, headers?: OutgoingHttpHeaders): unknown;
  flushHeaders(): void;
}

/** What every door knows of a request, however it reads the target and who asks. */
export interface RawExchange {
  readonly requestId: string;
  /** W3C trace context, made here or passed on: for calls to other processes. */
  readonly traceparent: string;
  readonly method: string;
  /** Lower case, without the port. */
  readonly host: string;
  /** As received. */
  readonly raw: RawTarget;
  /** The caller's IP address. */
  readonly remoteAddress: string;
  /** Whether the request came over TLS. */
  readonly isSecure: boolean;
  readonly request: RequestStream;
  readonly response: ResponseStream;
  /** Aborted when the caller goes away, a time-out cuts the request, or the gateway ends. */
  readonly signal: AbortSignal;
  /** Carries the request id. */
  readonly logger: Logger;
}

export interface Exchange extends RawExchange {
  /** As other processes should see it: canonically percent-encoded path, and query. */
  readonly target: string;
  /** Decoded path: no dot segments, no control characters, no backslash; `/` is always a separator. */
  readonly path: string;
  /** Decoded, by the names in the route's path. A `{rest...}` keeps its slashes. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** From the `Authorization` header. */
  readonly credential: Credential;
}

/** A param that the route's own path names, hence always there. */
export function paramOf(exchange: Exchange, name: string): string {
  const value = exchange.params[name];
  if (value === undefined) throw new Error(`The route has no parameter '${name}'.`);
  return value;
}
