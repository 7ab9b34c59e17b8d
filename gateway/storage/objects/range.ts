/**
 * `Range: bytes=…` (RFC 9110 §14). A single range is served; several ranges, other units and malformed values are
 * ignored, as §14.2 allows, and the whole object is sent.
 */
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

/** The last `length` bytes, or all when there are fewer. */
function suffix(length: number, size: number): RangeChoice {
  if (length === 0 || size === 0) return UNSATISFIABLE;
  return { kind: 'part', from: Math.max(0, size - length), to: size };
}
