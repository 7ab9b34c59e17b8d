/**
 * The server behind every internal port: TLS 1.3 with both sides' certificates checked against the bramble's authority,
 * and every route naming the roles that may call it. Spoken to in frames (calls) or HTTP/1.1 (all else), as the caller
 * says in the handshake.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type AppError, Forbidden, NotFound, PROBLEM_CONTENT_TYPE, toAppError, toProblem } from '../errors/index.ts';
import { answerHealth, type Readiness } from '../health/index.ts';
import type { Identity, Role, SpiffeId } from '../identity/index.ts';
import { spiffeIdOf } from '../identity/index.ts';
import type { Logger } from '../logging/index.ts';
import type { Registry } from '../metrics/index.ts';
import { encodeCbor } from './cbor.ts';
import { encodeFrame, FRAMES_PROTOCOL, type Frame } from './frames/frame-codec.ts';
import { FrameSession } from './frames/frame-session.ts';
import { INTERNAL_CIPHERS, secureOptions } from './secure-options.ts';

export interface CallContext {
  /** Who calls, by certificate. */
  peer: SpiffeId;
  requestId: string;
  /** Aborted when the caller goes away before the answer is sent. */
  signal: AbortSignal;
}

export interface InternalRequest extends CallContext {
  request: IncomingMessage;
  response: ServerResponse;
  /** Path and query, parsed. */
  url: URL;
}

/** What is called in frames. */
export interface CallRoute {
  path: string;
  roles: readonly Role[];
  /** `head`: the input in CBOR. `body`: what rides along. Answers what is to be encoded; undefined is nothing. */
  answer(head: Buffer, body: Buffer, context: CallContext): Promise<unknown>;
}

export interface InternalRoute {
  /** One method, or `*` for all. */
  method: string;
  /** A path, or a prefix when it ends in `/*`. The first route that fits answers. */
  path: string;
  roles: readonly Role[];
  handle(context: InternalRequest): Promise<void>;
  /** The same in frames. */
  call?: CallRoute;
}

export interface InternalServerOptions {
  identity: Identity;
  logger: Logger;
  readiness: Readiness;
  metrics: Registry;
  routes: readonly InternalRoute[];
  /** What is called in frames alone. */
  calls?: readonly CallRoute[];
  host: string;
  /** 0 for any free one. */
  port: number;
}

export class InternalServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #renewal: Disposable;
  readonly #options: InternalServerOptions;
  readonly #calls: ReadonlyMap<string, CallRoute>;
  readonly #sessions = new Set<FrameSession>();

  private constructor(options: InternalServerOptions) {
    this.#options = options;
    const calls = [...options.routes.flatMap(({ call }) => call ?? []), ...(options.calls ?? [])];
    this.#calls = new Map(calls.map((call) => [call.path, call]));
    this.#server = createServer(
      {
        ...secureOptions(options.identity),
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        ciphers: INTERNAL_CIPHERS,
        ALPNProtocols: [FRAMES_PROTOCOL, 'http/1.1'],
        keepAliveTimeout: 75_000,
        requestTimeout: 0,
        highWaterMark: 1 << 20,
        noDelay: true,
      },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
    this.#divide();
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
    for (const session of this.#sessions) session.close();
    const force = setTimeout(() => {
      this.#server.closeAllConnections();
      for (const session of this.#sessions) session.destroy();
    }, 1_500);
    await closed;
    clearTimeout(force);
  }

  /** Node's https server has the port; connections that chose frames in the handshake are taken out of its hands. */
  #divide(): void {
    const [speakHttp] = this.#server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
    if (!speakHttp) throw new Error('The https server of this Node has no secureConnection listener.');
    this.#server.removeAllListeners('secureConnection');
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      if (socket.alpnProtocol === FRAMES_PROTOCOL) this.#openSession(socket);
      else speakHttp.call(this.#server, socket);
    });
  }

  #openSession(socket: TLSSocket): void {
    let peer: SpiffeId;
    try {
      peer = peerOf(socket);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a caller has no name of ours');
      socket.destroy();
      return;
    }
    const session = new FrameSession({
      socket,
      peer,
      answer: (call, from, signal) => this.#answerCall(call, from, signal),
      onViolation: (error) => this.#options.logger.warn({ err: error, peer }, 'a caller does not speak in frames'),
    });
    this.#sessions.add(session);
    session.onClose(() => this.#sessions.delete(session));
  }

  async #answerCall(
    { call, path, requestId, head, body }: Frame,
    peer: SpiffeId,
    signal: AbortSignal,
  ): Promise<Buffer> {
    try {
      const route = this.#calls.get(path);
      if (!route) throw new NotFound(`${path} is not a call of this process.`);
      assertRole(route.roles, peer, path);
      const value = await route.answer(head, body, { peer, requestId: requestId || NO_REQUEST_ID, signal });
      return encodeFrame({ kind: 'answer', call, ...(value !== undefined && { head: encodeCbor(value) }) });
    } catch (thrown) {
      const error = toAppError(thrown);
      this.#logFailure(error, requestId, path);
      return encodeFrame({ kind: 'problem', call, head: encodeCbor(toProblem(error, requestId || NO_REQUEST_ID)) });
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = headerText(request.headers['x-request-id']) ?? NO_REQUEST_ID;
    try {
      const peer = peerOf(request.socket as TLSSocket);
      if (await answerHealth(request, response, this.#options.readiness, this.#options.metrics)) return;
      const url = new URL(request.url ?? '/', 'https://internal');
      const route = this.#options.routes.find(
        (candidate) =>
          (candidate.method === '*' || candidate.method === request.method) && pathFits(candidate.path, url.pathname),
      );
      if (!route) throw new NotFound(`${request.method} ${url.pathname} is not a route of this process.`);
      assertRole(route.roles, peer, `${request.method} ${url.pathname}`);
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
    this.#logFailure(error, requestId, request.url);
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

  #logFailure(error: AppError, requestId: string, url: string | undefined): void {
    if (error.status < 500) return;
    const fields = { err: error.cause ?? error, requestId, url, status: error.status };
    if (error.status === 500) this.#options.logger.error(fields, 'internal request failed');
    else this.#options.logger.warn(fields, error.message);
  }
}

const NO_REQUEST_ID = 'internal';

/** @throws Forbidden `role-not-allowed` */
function assertRole(roles: readonly Role[], peer: SpiffeId, what: string): void {
  if (roles.includes(peer.role)) return;
  throw new Forbidden(`A ${peer.role} may not call ${what}.`, { code: 'role-not-allowed' });
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
