import type { Extent } from '../../../common/filesystem/index.ts';

/** Bytes `from` (inclusive) to `to` (exclusive) of one extent. */
export interface ExtentSlice {
  extent: Extent;
  from: number;
  to: number;
}

/** Where the object's bytes `from` (inclusive) to `to` (exclusive) lie. */
export function sliceExtents(extents: readonly Extent[], from: number, to: number): ExtentSlice[] {
  const slices: ExtentSlice[] = [];
  let at = 0;
  for (const extent of extents) {
    const end = at + extent.length;
    if (end > from && at < to) {
      slices.push({ extent, from: Math.max(0, from - at), to: Math.min(extent.length, to - at) });
    }
    at = end;
  }
  return slices;
}
