/**
 * What must hold of a request's head before anything looks further: the defences against smuggling (RFC 9112 §11.2)
 * and confusion about the host that the HTTP parser below does not have, or does not answer in our words.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError, InvalidInput, MethodNotAllowed } from '../../common/errors/index.ts';

export interface RequestHead {
  method: string;
  /** 1 or 2. */
  httpVersionMajor: number;
  httpVersionMinor: number;
  /** Names and values in turn, as received. */
  rawHeaders: readonly string[];
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The one host that the request is for, lower case, without port. @throws AppError 4xx. */
export function checkHead(head: RequestHead, limits: { headerCount: number }, targetAuthority?: string): string {
  if (head.rawHeaders.length / 2 > limits.headerCount) throw headersTooLarge(`at most ${limits.headerCount} headers`);
  if (!METHODS.has(head.method)) throw new MethodNotAllowed(`There is no method ${printable(head.method)} here.`);
  const seen = collect(head.rawHeaders);
  checkFraming(head, seen);
  if (seen.upgrades) {
    throw notImplemented('This gateway does not change protocols (WebSocket) yet; ask without Upgrade.');
  }
  return hostOf(head, seen, targetAuthority);
}

/** What the request says of its host, before any of it was checked: only for choosing in which words to refuse it. */
export function namedHost({ headers }: { headers: IncomingHttpHeaders }): string {
  const named = headers[':authority'] ?? headers.host;
  return typeof named === 'string' ? named.trim().toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '') : '';
}

interface Seen {
  hosts: string[];
  authorities: string[];
  lengths: string[];
  encodings: string[];
  upgrades: boolean;
}

function collect(rawHeaders: readonly string[]): Seen {
  const seen: Seen = { hosts: [], authorities: [], lengths: [], encodings: [], upgrades: false };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1] ?? '';
    switch (rawHeaders[index]?.toLowerCase()) {
      case 'host':
        seen.hosts.push(value);
        break;
      case ':authority':
        seen.authorities.push(value);
        break;
      case 'content-length':
        seen.lengths.push(value);
        break;
      case 'transfer-encoding':
        seen.encodings.push(value);
        break;
      case 'upgrade':
        // h2c over TLS is asked for by some clients of HTTP/1.1 and may be ignored (RFC 9113 §3.1).
        seen.upgrades ||= value.trim().toLowerCase() === 'websocket';
        break;
      default:
    }
  }
  return seen;
}

function checkFraming(head: RequestHead, { lengths, encodings }: Seen): void {
  if (lengths.length > 1) throw badFraming('has more than one Content-Length');
  if (lengths[0] !== undefined && !/^\d{1,15}$/.test(lengths[0])) throw badFraming('has a Content-Length that is none');
  if (encodings.length === 0) return;
  if (lengths.length > 0) throw badFraming('has both Content-Length and Transfer-Encoding');
  if (encodings.length > 1) throw badFraming('has more than one Transfer-Encoding');
  if (head.httpVersionMajor !== 1 || head.httpVersionMinor === 0) {
    throw badFraming('has a Transfer-Encoding that its version of HTTP does not know');
  }
  if (encodings[0]?.trim().toLowerCase() !== 'chunked') throw notImplemented('The only Transfer-Encoding is chunked.');
}

function hostOf(head: RequestHead, { hosts, authorities }: Seen, targetAuthority: string | undefined): string {
  if (hosts.length > 1 || authorities.length > 1) throw badHost('names more than one host');
  // HTTP/2 names the host in `:authority`, and may leave out `host` (RFC 9113 §8.3.1).
  const named = head.httpVersionMajor === 2 ? (authorities[0] ?? hosts[0]) : hosts[0];
  if (named === undefined) throw badHost('names no host');
  const all = [named, ...hosts, ...(targetAuthority === undefined ? [] : [targetAuthority])].map(parseAuthority);
  const [first] = all;
  if (!first || all.some((other) => other.host !== first.host || other.port !== first.port)) {
    throw badHost('names two different hosts');
  }
  return first.host;
}

function parseAuthority(text: string): { host: string; port: string } {
  const match = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_.])?)(?::(\d{1,5}))?$/i.exec(text.trim());
  const [, host, port] = match ?? [];
  if (!host || host.includes('..')) throw badHost('names a host that cannot be');
  return { host: host.toLowerCase().replace(/\.$/, ''), port: port ?? '' };
}

export function headersTooLarge(limit: string): AppError {
  return new AppError('headers-too-large', 431, 'Headers too large', `A request may have ${limit}.`);
}

function notImplemented(detail: string): AppError {
  return new AppError('not-implemented', 501, 'Not implemented', detail);
}

function badFraming(why: string): InvalidInput {
  return new InvalidInput(`The request ${why}.`, { code: 'invalid-framing' });
}

function badHost(why: string): InvalidInput {
  return new InvalidInput(`The request ${why}.`, { code: 'invalid-host' });
}

function printable(method: string): string {
  return method.slice(0, 20).replaceAll(/[^\w-]/g, '?');
}
