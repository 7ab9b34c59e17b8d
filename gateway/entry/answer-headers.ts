/** Headers that every answer carries, and what other origins' pages may do (Fetch, CORS protocol). */
import { Forbidden } from '../../common/errors/index.ts';

/** Nothing is loaded or framed by default: objects that people stored are not pages of ours. */
export const DEFAULT_CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export type HeaderList = readonly (readonly [name: string, value: string])[];

export function securityHeaders(domain: string): HeaderList {
  const isLocal = domain === 'localhost' || domain.endsWith('.localhost');
  return [
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['content-security-policy', DEFAULT_CSP],
    // A browser would remember it for every server on this machine.
    ...(isLocal ? [] : [['strict-transport-security', 'max-age=31536000'] as const]),
  ];
}

export interface CorsRules {
  origins: readonly string[];
  maxAge: number;
}

const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const ALLOWED_HEADERS = [
  'accept, authorization, cache-control, content-type, idempotency-key, last-event-id, range, traceparent',
  'if-match, if-none-match, if-modified-since, if-unmodified-since, if-range, x-request-id, x-upload-id',
  'tus-resumable, upload-length, upload-offset, upload-metadata, upload-defer-length, upload-checksum',
].join(', ');
const EXPOSED_HEADERS = [
  'accept-ranges, content-disposition, content-range, etag, last-modified, link, location, retry-after, x-request-id',
  'tus-resumable, tus-version, tus-extension, tus-max-size, upload-offset, upload-length, upload-expires',
].join(', ');

/** What an answer to a request from `origin` says; nothing when the origin may not read it. */
export function corsHeaders(rules: CorsRules, origin: string): HeaderList {
  const vary = ['vary', 'origin'] as const;
  if (!isAllowed(rules, origin)) return [vary];
  return [vary, ['access-control-allow-origin', origin], ['access-control-expose-headers', EXPOSED_HEADERS]];
}

/** @throws Forbidden when the origin is not configured. */
export function preflightHeaders(rules: CorsRules, origin: string): HeaderList {
  if (!isAllowed(rules, origin)) {
    throw new Forbidden(`Pages of other origins may call this gateway only when gateway.cors.origins has them.`, {
      code: 'origin-not-allowed',
    });
  }
  return [
    ...corsHeaders(rules, origin),
    ['access-control-allow-methods', ALLOWED_METHODS],
    ['access-control-allow-headers', ALLOWED_HEADERS],
    ['access-control-max-age', String(Math.floor(rules.maxAge / 1000))],
  ];
}

function isAllowed(rules: CorsRules, origin: string): boolean {
  return rules.origins.includes(origin) || rules.origins.includes('*');
}
