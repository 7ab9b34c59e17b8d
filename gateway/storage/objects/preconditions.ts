/** Conditional requests (RFC 9110 §13), evaluated in the order of §13.2.2 against the object as it is. */

export interface Validators {
  /** Strong, without quotes. */
  etag: string;
  modifiedAtMs: number;
}

export interface ConditionalHeaders {
  'if-match'?: string | undefined;
  'if-none-match'?: string | undefined;
  'if-modified-since'?: string | undefined;
  'if-unmodified-since'?: string | undefined;
  'if-range'?: string | string[] | undefined;
}

export type ReadVerdict = 'proceed' | 'not-modified' | 'precondition-failed';

/** For GET and HEAD of an object that exists. */
export function judgeRead(headers: ConditionalHeaders, object: Validators): ReadVerdict {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag, 'strong')) return 'precondition-failed';
  } else {
    const unmodifiedSince = dateMs(headers['if-unmodified-since']);
    if (unmodifiedSince !== undefined && seconds(object.modifiedAtMs) > unmodifiedSince) return 'precondition-failed';
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object.etag, 'weak') ? 'not-modified' : 'proceed';
  const modifiedSince = dateMs(headers['if-modified-since']);
  if (modifiedSince !== undefined && seconds(object.modifiedAtMs) <= modifiedSince) return 'not-modified';
  return 'proceed';
}

/** Whether `Range` counts: without If-Range, or when the object is still the one it names (§13.1.5). */
export function isRangeFresh(ifRange: string | undefined, object: Validators): boolean {
  if (ifRange === undefined) return true;
  const text = ifRange.trim();
  if (text.startsWith('"') || text.startsWith('W/')) return text === `"${object.etag}"`;
  return dateMs(text) === seconds(object.modifiedAtMs);
}

/** Whether an `If-Match` or `If-None-Match` value names the ETag; weak ones never match strongly (§8.8.3.2). */
export function matches(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true;
  for (const [, weak, tag] of header.matchAll(/(W\/)?"([^"]*)"/g)) {
    if (tag === etag && (comparison === 'weak' || weak === undefined)) return true;
  }
  return false;
}

/** An HTTP date, in ms; undefined (hence ignored) when it is not one. */
function dateMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || !/GMT|UTC|\d{4}$/.test(text.trim()) ? undefined : ms;
}

/** HTTP dates have whole seconds. */
function seconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
