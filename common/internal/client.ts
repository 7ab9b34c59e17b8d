/**
 * Calls to other processes in frames, and HTTP requests for what streams: TLS 1.3 connections that show our certificate and
 * check the other's role.
 */
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { type Clock, systemClock } from '../clock/index.ts';
import { GatewayTimeout, Unavailable } from '../errors/index.ts';
import type { Identity, Role } from '../identity/index.ts';
import { errorOfAnswer, errorOfProblem } from './answer-error.ts';
import { CBOR_CONTENT_TYPE, decodeCbor, encodeCbor } from './cbor.ts';
import { FrameClient } from './frames/frame-client.ts';
import { FRAME_BYTES } from './frames/frame-codec.ts';
import { CONNECT_TIMEOUT_MS, callerOptions } from './secure-options.ts';

/** Whom to call. */
export interface Target {
  /** `host:port`. */
  address: string;
  role: Role;
}

export interface CallOptions {
  requestId?: string;
  signal?: AbortSignal;
  /** How long the whole call may take; of a deadline a fraction of a millisecond may be left. */
  timeoutMs?: number;
}

const CALL_TIMEOUT_MS = 10_000;

export type InternalResponse = Dispatcher.ResponseData;

export class InternalClient implements AsyncDisposable {
  readonly #agents = new Map<Role, Agent>();
  /** Every open connection, also those of agents that are closing: undici's agents forget them at once. */
  readonly #connected = new Set<Dispatcher>();
  readonly #identity: Identity;
  readonly #connections: number;
  readonly #renewal: Disposable;
  readonly #frames: FrameClient;

  /** `connections`: how many at most to one address, for requests. Calls share one. */
  constructor(identity: Identity, options: { connections?: number; clock?: Clock } = {}) {
    this.#identity = identity;
    this.#frames = new FrameClient(identity, options.clock ?? systemClock);
    this.#connections = options.connections ?? 32;
    this.#renewal = identity.onChange(() => this.#renew());
  }

  /**
   * One call with a CBOR input, answered by CBOR. `body`: bytes that ride along, of calls that take them.
   * @throws the AppError that the other side answered; Unavailable when there is no connection, GatewayTimeout.
   */
  async call(
    target: Target,
    path: string,
    input: unknown,
    options: CallOptions & { body?: readonly Uint8Array[] } = {},
  ): Promise<unknown> {
    const head = encodeCbor(input);
    const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
    const { requestId = '', body = [], signal } = options;
    if (head.byteLength > FRAME_BYTES) return await this.#callByHttp(target, path, head, { ...options, timeoutMs });
    const answer = await this.#frames.send(target, { path, requestId, head, body }, { timeoutMs, signal });
    if (answer.kind === 'problem') throw errorOfProblem(decodeCbor(answer.head), nameOf(target));
    return answer.head.byteLength === 0 ? undefined : decodeCbor(answer.head);
  }

  /** Inputs too long for a frame: reports of very many chunks. */
  async #callByHttp(target: Target, path: string, body: Buffer, options: CallOptions): Promise<unknown> {
    const headers = { 'content-type': CBOR_CONTENT_TYPE };
    const response = await this.request(target, { ...options, method: 'POST', path, headers, body });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    if (response.statusCode === 204 || bytes.length === 0) return undefined;
    return decodeCbor(bytes);
  }

  /**
   * One HTTP/1.1 request, its body and answer as streams. The caller must consume or destroy the answer's body.
   * @throws the AppError of any answer that is not 2xx (unless `anyStatus`); Unavailable when there is no connection.
   */
  async request(
    target: Target,
    options: CallOptions & {
      method: Dispatcher.HttpMethod;
      path: string;
      headers?: Record<string, string>;
      body?: Dispatcher.DispatchOptions['body'];
      /** How long the answer's head may be waited for; no limit when absent. */
      headersTimeoutMs?: number;
      /** Hand back answers of every status as they are. */
      anyStatus?: boolean;
    },
  ): Promise<InternalResponse> {
    const deadline = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(Math.ceil(options.timeoutMs));
    const signals = [options.signal, deadline].filter((signal) => signal !== undefined);
    let response: InternalResponse;
    const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
    try {
      const request = this.#agent(target.role).request({
        origin: `https://${target.address}`,
        method: options.method,
        path: options.path,
        headers: { ...options.headers, ...(options.requestId && { 'x-request-id': options.requestId }) },
        body: options.body ?? null,
        headersTimeout: options.headersTimeoutMs ?? 0,
        bodyTimeout: 0,
        ...(signal && { signal }),
      });
      response = await (signal ? unlessAborted(request, signal) : request);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (deadline?.aborted) throw new GatewayTimeout(`${nameOf(target)} did not answer in time.`, { cause: error });
      throw new Unavailable(`${nameOf(target)} cannot be reached.`, { cause: error });
    }
    if (options.anyStatus || (response.statusCode >= 200 && response.statusCode < 300)) return response;
    throw errorOfAnswer(await response.body.text(), nameOf(target), response.statusCode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#renewal[Symbol.dispose]();
    this.#frames[Symbol.dispose]();
    await Promise.all([...this.#agents.values(), ...this.#connected].map((each) => each.destroy()));
  }

  #agent(role: Role): Agent {
    const known = this.#agents.get(role);
    if (known) return known;
    const agent = new Agent({
      connections: this.#connections,
      pipelining: 1,
      keepAliveTimeout: 60_000,
      connect: this.#connector(role),
    });
    agent.on('connect', (_origin, targets) => void this.#connected.add(connectionOf(targets)));
    agent.on('disconnect', (_origin, targets) => void this.#connected.delete(connectionOf(targets)));
    this.#agents.set(role, agent);
    return agent;
  }

  #connector(role: Role): buildConnector.connector {
    return buildConnector({
      ...callerOptions(this.#identity, role),
      timeout: CONNECT_TIMEOUT_MS,
      noDelay: true,
    });
  }

  /** New connections use the renewed certificate; those in use finish their requests first. */
  #renew(): void {
    this.#frames.renew();
    const old = [...this.#agents.values()];
    this.#agents.clear();
    for (const agent of old) void agent.close();
  }
}

/** A request that still waits for its connection (a handshake with a hung process) does not hear the signal itself. */
function unlessAborted(request: Promise<InternalResponse>, signal: AbortSignal): Promise<InternalResponse> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason);
      // It may be answered all the same: then nobody reads it.
      request.then(
        ({ body }) => body.on('error', () => undefined).destroy(),
        () => undefined,
      );
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    request.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function nameOf({ role, address }: Target): string {
  return `The ${role} at ${address}`;
}

/** The chain that undici's events name ends in the connection itself. */
function connectionOf(targets: readonly Dispatcher[]): Dispatcher {
  const connection = targets.at(-1);
  if (!connection) throw new Error('undici named no connection.');
  return connection;
}
