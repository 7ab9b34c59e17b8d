/**
 * The request target (RFC 9112 §3.2), checked and decoded once, so that no later reader can see another path than the
 * router saw: no dot segments in any spelling, no encoded separators, no control characters, valid UTF-8.
 */
import { AppError, InvalidInput } from '../../common/errors/index.ts';

/** What was sent, cut into its parts and nothing more. */
export interface RawTarget {
  /** Begins with a slash. */
  path: string;
  /** Without the question mark; undefined when there was none. */
  query: string | undefined;
  /** Of an absolute-form target (`https://host/…`). */
  authority: string | undefined;
}

export interface RequestTarget {
  /** Decoded; `/` only ever separates segments. */
  path: string;
  /** Canonically encoded path and the query as sent. */
  target: string;
  query: URLSearchParams;
  /** Of an absolute-form target (`https://host/…`). */
  authority: string | undefined;
}

/** Unreserved, sub-delims, `:`, `@`: what RFC 3986 lets a path have as it is; nothing to decode, nothing to encode. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/;
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;
const PRINTABLE = /^[\x21-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const FORBIDDEN_IN_SEGMENT = /[\u0000-\u001f\u007f-\u009f/\\]/;

/** @throws InvalidInput, or a 414 past `maxBytes`. */
export function splitRequestTarget(text: string, maxBytes: number): RawTarget {
  if (text.length > maxBytes) throw uriTooLong(maxBytes);
  const { authority, rest } = splitAuthority(text);
  const mark = rest.indexOf('?');
  return {
    path: mark < 0 ? rest : rest.slice(0, mark),
    query: mark < 0 ? undefined : rest.slice(mark + 1),
    authority,
  };
}

/** @throws InvalidInput, or a 414 past `maxBytes`. */
export function parseRequestTarget(text: string, maxBytes: number): RequestTarget {
  return decodeRequestTarget(splitRequestTarget(text, maxBytes));
}

/** @throws InvalidInput */
export function decodeRequestTarget({ path: rawPath, query: rawQuery, authority }: RawTarget): RequestTarget {
  for (const part of [rawPath, rawQuery ?? '']) {
    if (!PRINTABLE.test(part)) throw refused('has characters that must be percent-encoded');
    if (part.includes('#')) throw refused('has a fragment, which is never sent');
  }
  const segments = PLAIN_PATH.test(rawPath) && !DOT_SEGMENT.test(rawPath) ? undefined : decodeSegments(rawPath);
  const encoded = segments ? segments.map(encodePathSegment).join('/') : rawPath;
  return {
    path: segments ? segments.join('/') : rawPath,
    target: rawQuery === undefined ? encoded : `${encoded}?${rawQuery}`,
    query: new URLSearchParams(rawQuery ?? ''),
    authority,
  };
}

/** One segment in the one spelling that this gateway passes on. */
export function encodePathSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}

export function uriTooLong(maxBytes: number): AppError {
  return new AppError('uri-too-long', 414, 'URI too long', `Path and query may have ${maxBytes} bytes.`);
}

function splitAuthority(raw: string): { authority: string | undefined; rest: string } {
  if (raw.startsWith('/')) return { authority: undefined, rest: raw };
  const match = /^https?:\/\/([^/?]*)(.*)$/i.exec(raw);
  if (!match) throw refused('is neither a path nor an http(s) URL');
  const [, authority = '', rest = ''] = match;
  return { authority, rest: rest.startsWith('/') ? rest : `/${rest}` };
}

function decodeSegments(rawPath: string): string[] {
  return rawPath.split('/').map((raw) => {
    const segment = decodeSegment(raw);
    if (segment === '.' || segment === '..') throw refused('has dot segments');
    if (FORBIDDEN_IN_SEGMENT.test(segment)) {
      throw refused('has a backslash, an encoded slash or a control character in it');
    }
    return segment;
  });
}

function decodeSegment(raw: string): string {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch (error) {
    throw refused('is not valid percent-encoded UTF-8', error);
  }
}

function refused(why: string, cause?: unknown): InvalidInput {
  return new InvalidInput(`The request's path ${why}.`, {
    code: 'invalid-path',
    ...(cause !== undefined && { cause }),
  });
}
