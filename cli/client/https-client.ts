/**
 * HTTPS to one bramble, trusting exactly what its profile says. On `node:https` because it starts in a few
 * milliseconds, where a client library takes a tenth of a second before the first byte.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getCACertificates } from 'node:tls';

/** Without a byte in either direction for this long, a connection counts as broken. */
const IDLE_TIMEOUT_MS = 60_000;
const CONNECTIONS = 8;

export interface HttpsRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** A stream goes with the length given in `content-length`, or chunked. */
  readonly body?: Uint8Array | string | Readable | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly idleTimeoutMs?: number;
}

export interface HttpsResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed. */
  readonly body: IncomingMessage;
}

export class ConnectionTimeout extends Error {
  override readonly name = 'ConnectionTimeout';
  readonly code = 'ETIMEDOUT';
}

export class HttpsClient implements Disposable {
  readonly origin: URL;
  readonly #agent: Agent;

  /** @param ca PEM of the authority to trust; `undefined` for what the system trusts; `'anything'` to look before trusting. */
  constructor(origin: URL, ca: string | undefined | 'anything') {
    this.origin = origin;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: CONNECTIONS,
      ...(ca === 'anything' ? { rejectUnauthorized: false } : { ca: ca ?? systemAuthorities() }),
    });
  }

  send(request: HttpsRequest): Promise<HttpsResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpsResponse>();
    const { body, signal } = request;
    if (signal?.aborted) {
      if (body instanceof Readable) body.destroy();
      return Promise.reject(signal.reason);
    }
    const timeoutMs = request.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
    const outgoing = startRequest({
      agent: this.#agent,
      host: this.origin.hostname.replaceAll(/[[\]]/g, ''),
      port: this.origin.port || 443,
      method: request.method,
      path: request.path,
      headers: { accept: 'application/json, */*;q=0.5', 'user-agent': 'bramble-cli', ...request.headers },
      timeout: timeoutMs,
      ...(signal && { signal }),
    });
    outgoing.on('timeout', () =>
      outgoing.destroy(new ConnectionTimeout(`Nothing was heard from ${this.origin.host} for ${timeoutMs / 1000} s.`)),
    );
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) =>
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming }),
    );
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
    else pipeline(body, outgoing).catch(reject);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

function systemAuthorities(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')];
}

/** The whole body as text. @throws when it is longer than `limit` bytes. */
export async function readText(body: Readable, limit = 64 * 1024 * 1024): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > limit) throw new Error(`The answer is longer than ${limit} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
