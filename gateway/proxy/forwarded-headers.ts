/** Which headers pass between a caller and control (RFC 9110 §7.6.1: what belongs to one connection stays on it). */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from '../routing/index.ts';

const OF_ONE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What only the gateway may say, whatever the caller sent. */
const SAID_BY_GATEWAY: ReadonlySet<string> = new Set([
  'forwarded',
  'host',
  'traceparent',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  'x-request-id',
]);

export function requestHeaders(exchange: Exchange): Record<string, string> {
  const { headers } = exchange.request;
  const named = connectionNames(headers.connection);
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    if (OF_ONE_CONNECTION.has(name) || SAID_BY_GATEWAY.has(name) || named.has(name)) continue;
    passed[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  passed['x-request-id'] = exchange.requestId;
  passed.traceparent = exchange.traceparent;
  passed['x-forwarded-for'] = exchange.remoteAddress;
  passed['x-forwarded-proto'] = 'https';
  passed['x-forwarded-host'] = exchange.request.headers.host ?? exchange.host;
  return passed;
}

export function responseHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = connectionNames(headers.connection);
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || OF_ONE_CONNECTION.has(name) || named.has(name) || name === 'x-request-id') continue;
    passed[name] = value;
  }
  return passed;
}

function connectionNames(connection: string | undefined): ReadonlySet<string> {
  return new Set(
    (connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
}
