/** A part of the gateway with hosts of its own, where targets, authorization and errors are read and said in its own way. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { RawExchange } from './exchange.ts';
import type { RawTarget } from './request-target.ts';

export interface Door {
  /** Whether requests for this host (lower case, without port) are for this door. */
  isAt(host: string): boolean;
  /** On every answer. */
  headers(requestId: string, host: string): Iterable<readonly [name: string, value: string]>;
  /** Takes the request; `named` says what it turned out to be, for metrics and log. Throws what `refuse` can say. */
  handle(exchange: DoorExchange): Promise<void>;
  /** A failure in the door's words. The path and the host may be anything: the head may be what was wrong. */
  refuse(thrown: unknown, about: Refused): Refusal;
}

export interface DoorExchange extends RawExchange {
  /** Names the operation: one of a small number. */
  named(operation: string): void;
  /** Counts the request against the rate of whoever proved to make it. @throws TooManyRequests */
  countAs(principal: string): void;
}

export interface Refused {
  requestId: string;
  method: string;
  host: string;
  raw: RawTarget | undefined;
}

export interface Refusal {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}
