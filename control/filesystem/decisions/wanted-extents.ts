/** Of an object with very many extents, only those are answered that hold what is wanted: the rest would be most of the work. */
import type { Extent, WantedRange } from '../../../common/filesystem/index.ts';

/** Fewer are always answered whole: whoever reads on finds them there. */
const ANSWERED_WHOLE = 16;

/**
 * Those of `extents` that have some of the range, and where in the object the first of them begins; undefined when there
 * are few. `size` is that of the object.
 */
export function wantedExtents(
  extents: readonly Extent[],
  size: number,
  range: WantedRange,
): { extents: Extent[]; begin: number } | undefined {
  if (extents.length <= ANSWERED_WHOLE) return undefined;
  const [from, to] = boundsOf(range, size);
  const wanted: Extent[] = [];
  let begin = 0;
  let at = 0;
  for (const extent of extents) {
    if (at >= to || from >= to) break;
    const end = at + extent.length;
    if (end > from) {
      if (wanted.length === 0) begin = at;
      wanted.push(extent);
    }
    at = end;
  }
  return { extents: wanted, begin };
}

function boundsOf(range: WantedRange, size: number): [from: number, to: number] {
  if ('suffix' in range) return [Math.max(0, size - range.suffix), size];
  return [range.first, range.last === undefined ? size : range.last + 1];
}
