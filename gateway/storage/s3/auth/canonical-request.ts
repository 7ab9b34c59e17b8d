/**
 * The canonical request of SigV4 ("Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference), from
 * the request as it was sent: S3 normalises no paths and encodes once. All strings here are latin1: one character
 * a byte, as Node gives headers, so that what is hashed are the bytes on the wire.
 */
import { hash } from 'node:crypto';

export interface RequestToSign {
  method: string;
  /** As sent, before any `?`. */
  rawPath: string;
  /** As sent, behind the `?`. */
  rawQuery: string;
  /** Names and values in turn, as received. */
  rawHeaders: readonly string[];
}

/** All values of each header, by lower-case name, in the order in which they came. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

export function collectHeaders(rawHeaders: readonly string[]): HeaderValues {
  const values = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  // HTTP/2 names the host in `:authority` (RFC 9113 §8.3.1); signatures call it `host`.
  const authority = values.get(':authority');
  if (authority && !values.has('host')) values.set('host', authority);
  return values;
}

export interface CanonicalParts {
  method: string;
  path: string;
  query: string;
  headers: HeaderValues;
  /** Lower case, in order. */
  signedHeaders: readonly string[];
  payloadHash: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  let headers = '';
  for (const name of parts.signedHeaders) headers += `${name}:${canonicalValue(parts.headers.get(name) ?? [])}\n`;
  return `${parts.method}\n${parts.path}\n${parts.query}\n${headers}\n${parts.signedHeaders.join(';')}\n${parts.payloadHash}`;
}

export function stringToSign(amzDate: string, scope: string, canonical: string): string {
  const digest = hash('sha256', Buffer.from(canonical, 'latin1'), 'hex');
  return `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${digest}`;
}

function canonicalValue(values: readonly string[]): string {
  const [first] = values;
  if (first !== undefined && values.length === 1) return tidyValue(first);
  return values.map(tidyValue).join(',');
}

function tidyValue(value: string): string {
  return value.trim().replaceAll(/ {2,}/g, ' ');
}

const CANONICAL_PATH = /^[A-Za-z0-9\-._~/]*$/;
const TO_RECODE = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/g;

/** Every byte but RFC 3986's unreserved ones percent-encoded, in upper case. A slash stays, and an encoded one stays encoded. */
export function canonicalPath(rawPath: string): string {
  if (CANONICAL_PATH.test(rawPath)) return rawPath;
  return rawPath.replaceAll(TO_RECODE, (found) => (found === '/' ? found : recode(found)));
}

/** Names and values encoded likewise, in the order of their encoded names, then values. */
export function canonicalQuery(rawQuery: string, without?: string): string {
  if (rawQuery === '') return '';
  const pairs: [name: string, value: string][] = [];
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = recodeQuery(equals < 0 ? pair : pair.slice(0, equals));
    if (name !== without) pairs.push([name, equals < 0 ? '' : recodeQuery(pair.slice(equals + 1))]);
  }
  return joinSorted(pairs);
}

/** The same without encoding anything anew, for signers that sign what they send. */
export function sortedQuery(rawQuery: string, without?: string): string {
  const pairs: [name: string, value: string][] = [];
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (name !== without) pairs.push([name, equals < 0 ? '' : pair.slice(equals + 1)]);
  }
  return joinSorted(pairs);
}

function joinSorted(pairs: [name: string, value: string][]): string {
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In a query, `+` is a space (WHATWG URL, application/x-www-form-urlencoded), which is signed as `%20`. */
function recodeQuery(raw: string): string {
  return raw.replaceAll(TO_RECODE, (found) => (found === '+' ? '%20' : recode(found)));
}

const UNRESERVED = /[A-Za-z0-9\-._~]/;

function recode(found: string): string {
  if (found.length === 1) return `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  const character = String.fromCharCode(Number.parseInt(found.slice(1), 16));
  return UNRESERVED.test(character) ? character : found.toUpperCase();
}
