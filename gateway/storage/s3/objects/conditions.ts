/** Conditional requests as S3 takes them: RFC 9110 §13, with ETags in quotes or without. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Preconditions } from '../../../../common/filesystem/index.ts';
import type { ConditionalHeaders } from '../../objects/preconditions.ts';
import { invalidArgument } from '../errors/index.ts';

/** Of a read, for `judgeRead`. */
export function readConditions(headers: IncomingHttpHeaders): ConditionalHeaders {
  return {
    'if-match': quotedTags(headers['if-match']),
    'if-none-match': quotedTags(headers['if-none-match']),
    'if-modified-since': headers['if-modified-since'],
    'if-unmodified-since': headers['if-unmodified-since'],
    'if-range': firstOf(headers['if-range']),
  };
}

/** Of a write, for the master. */
export function writeConditions(headers: IncomingHttpHeaders): Preconditions {
  const ifMatch = quotedTags(headers['if-match']);
  const ifNoneMatch = quotedTags(headers['if-none-match']);
  return { ...(ifMatch !== undefined && { ifMatch }), ...(ifNoneMatch !== undefined && { ifNoneMatch }) };
}

/** Of the source of a copy (CopyObject, "x-amz-copy-source-if-…"). @throws S3Error InvalidArgument */
export function sourceConditions(headers: IncomingHttpHeaders): {
  ifMatch?: string;
  ifNoneMatch?: string;
  modifiedSinceMs?: number;
  unmodifiedSinceMs?: number;
} {
  const ifMatch = quotedTags(firstOf(headers['x-amz-copy-source-if-match']));
  const ifNoneMatch = quotedTags(firstOf(headers['x-amz-copy-source-if-none-match']));
  const modifiedSinceMs = dateOf(headers, 'x-amz-copy-source-if-modified-since');
  const unmodifiedSinceMs = dateOf(headers, 'x-amz-copy-source-if-unmodified-since');
  return {
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(modifiedSinceMs !== undefined && { modifiedSinceMs }),
    ...(unmodifiedSinceMs !== undefined && { unmodifiedSinceMs }),
  };
}

/** `abc` is `"abc"`: many clients leave the quotes out, and S3 does not mind. */
export function quotedTags(header: string | undefined): string | undefined {
  if (header === undefined || header.includes('"')) return header;
  return header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
    .map((tag) => (tag === '*' ? tag : `"${tag}"`))
    .join(', ');
}

function dateOf(headers: IncomingHttpHeaders, name: string): number | undefined {
  const text = firstOf(headers[name]);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw invalidArgument(name, text, 'This is not a date as HTTP has them (RFC 9110 §5.6.7).');
  return ms;
}

export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
