/**
 * The server behind every internal port: TLS 1.3 with both sides' certificates checked against the bramble's authority,
 * and every route naming the roles that may call it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Forbidden, NotFound, PROBLEM_CONTENT_TYPE, toAppError, toProblem } from '../errors/index.ts';
import { answerHealth, type Readiness } from '../health/index.ts';
import type { Identity, Role, SpiffeId } from '../identity/index.ts';
import { spiffeIdOf } from '../identity/index.ts';
import type { Logger } from '../logging/index.ts';
import type { Registry } from '../metrics/index.ts';
import { INTERNAL_CIPHERS, secureOptions } from './secure-options.ts';

export interface InternalRequest {
  request: IncomingMessage;
  response: ServerResponse;
  /** Who calls, by certificate. */
  peer: SpiffeId;
  /** Path and query, parsed. */
  url: URL;
  requestId: string;
  /** Aborted when the caller goes away before the answer is sent. */
  signal: AbortSignal;
}

export interface InternalRoute {
  /** One method, or `*` for all. */
  method: string;
  /** A path, or a prefix when it ends in `/*`. The first route that fits answers. */
  path: string;
  roles: readonly Role[];
  handle(context: InternalRequest): Promise<void>;
}

export interface InternalServerOptions {
  identity: Identity;
  logger: Logger;
  readiness: Readiness;
  metrics: Registry;
  routes: readonly InternalRoute[];
  host: string;
  /** 0 for any free one. */
  port: number;
}

export class InternalServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #renewal: Disposable;
  readonly #options: InternalServerOptions;

  private constructor(options: InternalServerOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        ...secureOptions(options.identity),
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        ciphers: INTERNAL_CIPHERS,
        keepAliveTimeout: 75_000,
        requestTimeout: 0,
        highWaterMark: 1 << 20,
        noDelay: true,
      },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
    this.#renewal = options.identity.onChange(() => this.#server.setSecureContext(secureOptions(options.identity)));
  }

  /** @throws the listening error (`EADDRINUSE`, …) of Node. */
  static async listen(options: InternalServerOptions): Promise<InternalServer> {
    const internal = new InternalServer(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    internal.#server.once('error', reject);
    internal.#server.listen(options.port, options.host, resolve);
    await promise;
    internal.#server.off('error', reject);
    internal.#server.on('error', (error) => options.logger.error({ err: error }, 'internal server failed'));
    return internal;
  }

  /** `host:port` it listens on. */
  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.host}:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#renewal[Symbol.dispose]();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const force = setTimeout(() => this.#server.closeAllConnections(), 1_500);
    await closed;
    clearTimeout(force);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = headerText(request.headers['x-request-id']) ?? 'internal';
    try {
      const peer = peerOf(request.socket as TLSSocket);
      if (await answerHealth(request, response, this.#options.readiness, this.#options.metrics)) return;
      const url = new URL(request.url ?? '/', 'https://internal');
      const route = this.#options.routes.find(
        (candidate) =>
          (candidate.method === '*' || candidate.method === request.method) && pathFits(candidate.path, url.pathname),
      );
      if (!route) throw new NotFound(`${request.method} ${url.pathname} is not a route of this process.`);
      if (!route.roles.includes(peer.role)) {
        throw new Forbidden(`A ${peer.role} may not call ${request.method} ${url.pathname}.`, {
          code: 'role-not-allowed',
        });
      }
      const controller = new AbortController();
      response.once('close', () => {
        if (!response.writableFinished) controller.abort(new Error('The caller went away.'));
      });
      await route.handle({ request, response, peer, url, requestId, signal: controller.signal });
    } catch (error) {
      this.#fail(request, response, error, requestId);
    }
  }

  #fail(request: IncomingMessage, response: ServerResponse, thrown: unknown, requestId: string): void {
    const error = toAppError(thrown);
    if (error.status >= 500) {
      const fields = { err: error.cause ?? error, requestId, url: request.url, status: error.status };
      if (error.status === 500) this.#options.logger.error(fields, 'internal request failed');
      else this.#options.logger.warn(fields, error.message);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // What is left of the body was not wanted: the connection cannot be used again.
    if (!request.complete) response.setHeader('connection', 'close');
    const body = Buffer.from(JSON.stringify(toProblem(error, requestId)));
    response.writeHead(error.status, { 'content-type': PROBLEM_CONTENT_TYPE, 'content-length': body.length });
    response.end(body);
  }
}

const peers = new WeakMap<TLSSocket, SpiffeId>();

function peerOf(socket: TLSSocket): SpiffeId {
  const known = peers.get(socket);
  if (known) return known;
  const peer = spiffeIdOf(socket.getPeerCertificate().subjectaltname);
  peers.set(socket, peer);
  return peer;
}

function pathFits(pattern: string, path: string): boolean {
  return pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
