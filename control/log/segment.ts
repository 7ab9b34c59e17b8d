/** What is known of one segment in memory: where it lies and a sparse index into it. */
import type { SegmentHeader } from './segment-header.ts';

/** One entry in so many bytes is remembered, so that any entry is found by reading that much. */
const INDEX_EVERY_BYTES = 64 * 1024;

export interface IndexPoint {
  height: number;
  time: number;
  offset: number;
}

export class Segment {
  readonly path: string;
  readonly header: SegmentHeader;
  /** In ascending order; the first entry is always there. */
  readonly points: IndexPoint[] = [];
  /** Bytes up to the end of the last whole record. */
  end: number;
  /** `firstHeight - 1` while there is none. */
  lastHeight: number;

  constructor(path: string, header: SegmentHeader, end: number) {
    this.path = path;
    this.header = header;
    this.end = end;
    this.lastHeight = header.firstHeight - 1;
  }

  get firstHeight(): number {
    return this.header.firstHeight;
  }

  /** Counts in the entry that lies from `this.end` up to `end`. */
  add(height: number, time: number, end: number): void {
    const last = this.points.at(-1);
    if (!last || this.end - last.offset >= INDEX_EVERY_BYTES) this.points.push({ height, time, offset: this.end });
    this.end = end;
    this.lastHeight = height;
  }

  /** The place in `points` of the last one at or below the height; 0 when all are above. */
  pointAt(height: number): number {
    let low = 0;
    let high = this.points.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.points[middle]?.height ?? 0) <= height) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
