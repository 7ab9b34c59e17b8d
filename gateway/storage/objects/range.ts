/**
 * `Range: bytes=…` (RFC 9110 §14). A single range is served; several ranges, other units and malformed values are
 * ignored, as §14.2 allows, and the whole object is sent.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { WantedRange } from '../../../common/filesystem/index.ts';

export type RangeChoice =
  | { kind: 'whole' }
  /** Bytes `from` (inclusive) to `to` (exclusive). */
  | { kind: 'part'; from: number; to: number }
  | { kind: 'unsatisfiable' };

const WHOLE: RangeChoice = { kind: 'whole' };
const UNSATISFIABLE: RangeChoice = { kind: 'unsatisfiable' };
const SINGLE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

export function chooseRange(header: string | undefined, size: number): RangeChoice {
  const match = header === undefined ? null : SINGLE.exec(header);
  if (!match) return WHOLE;
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? WHOLE : suffix(Number(last), size);
  const from = Number(first);
  if (last !== '' && Number(last) < from) return WHOLE;
  if (from >= size) return UNSATISFIABLE;
  return { kind: 'part', from, to: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/** What of an object a look-up has to tell for a GET or HEAD; undefined: all. Whether If-Range holds shows only then. */
export function wantedOf(method: string, headers: IncomingHttpHeaders): WantedRange | undefined {
  if (method === 'HEAD') return { first: 0, last: 0 };
  return headers['if-range'] === undefined ? wantedRange(headers.range) : undefined;
}

/** For what `chooseRange` makes of the header; undefined: all. */
function wantedRange(header: string | undefined): WantedRange | undefined {
  const match = header === undefined ? null : SINGLE.exec(header);
  const [, first = '', last = ''] = match ?? [];
  if (first === '') return isOffset(last) ? { suffix: Number(last) } : undefined;
  if (!isOffset(first) || (last !== '' && !(isOffset(last) && Number(last) >= Number(first)))) return undefined;
  return { first: Number(first), ...(last !== '' && { last: Number(last) }) };
}

function isOffset(text: string): boolean {
  return text !== '' && Number.isSafeInteger(Number(text));
}

/** The last `length` bytes, or all when there are fewer. */
function suffix(length: number, size: number): RangeChoice {
  if (length === 0 || size === 0) return UNSATISFIABLE;
  return { kind: 'part', from: Math.max(0, size - length), to: size };
}
