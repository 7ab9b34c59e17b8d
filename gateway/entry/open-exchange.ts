/** A request as routes and doors are given it. Most are traced no further and log nothing of their own: those are made late. */
import type { Credential } from '../../common/filesystem/index.ts';
import type { Random } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { RequestRate } from '../limits/request-rate.ts';
import type {
  DoorExchange,
  Exchange,
  RawExchange,
  RawTarget,
  RequestStream,
  RequestTarget,
  ResponseStream,
} from '../routing/index.ts';
import type { OpenRequest } from './open-request.ts';
import { isTraceparent, makeTraceparent } from './trace-context.ts';

export interface ExchangeTools {
  rate: RequestRate;
  random: Random;
  logger: Logger;
}

class OpenExchange implements RawExchange {
  readonly host: string;
  readonly raw: RawTarget;
  protected readonly open: OpenRequest;
  protected readonly tools: ExchangeTools;
  #logger: Logger | undefined;
  #traceparent: string | undefined;

  constructor(tools: ExchangeTools, open: OpenRequest, host: string, raw: RawTarget) {
    this.tools = tools;
    this.open = open;
    this.host = host;
    this.raw = raw;
  }

  get requestId(): string {
    return this.open.requestId;
  }

  get method(): string {
    return this.open.wire.method;
  }

  get remoteAddress(): string {
    return this.open.wire.remoteAddress;
  }

  get isSecure(): boolean {
    return this.open.wire.isSecure;
  }

  get request(): RequestStream {
    return this.open.wire.request;
  }

  get response(): ResponseStream {
    return this.open.wire.response;
  }

  get signal(): AbortSignal {
    return this.open.signal;
  }

  get traceparent(): string {
    const asked = this.request.headers.traceparent;
    this.#traceparent ??= isTraceparent(asked) ? asked : makeTraceparent(this.tools.random);
    return this.#traceparent;
  }

  get logger(): Logger {
    this.#logger ??= this.tools.logger.child({ requestId: this.requestId });
    return this.#logger;
  }
}

export class RoutedExchange extends OpenExchange implements Exchange {
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly credential: Credential;

  constructor(
    tools: ExchangeTools,
    open: OpenRequest,
    host: string,
    raw: RawTarget,
    routed: { target: RequestTarget; params: Readonly<Record<string, string>>; credential: Credential },
  ) {
    super(tools, open, host, raw);
    this.target = routed.target.target;
    this.path = routed.target.path;
    this.query = routed.target.query;
    this.params = routed.params;
    this.credential = routed.credential;
  }
}

export class AtDoorExchange extends OpenExchange implements DoorExchange {
  named(operation: string): void {
    this.open.operation = operation;
  }

  countAs(principal: string): void {
    this.tools.rate.countPrincipal(principal);
  }
}
