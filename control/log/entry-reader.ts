/** Reads entries of the log at any height, forwards and backwards, in pieces of an index step. */
import type { Disk } from '../../common/disk/index.ts';
import { NotFound } from '../../common/errors/index.ts';
import type { Entry } from './command-log.ts';
import { decodeEntry } from './entry-codec.ts';
import { LogCorrupt } from './log-corrupt.ts';
import { RecordReader } from './record-reader.ts';
import type { Segment } from './segment.ts';

/** The entries `from` to `to`, in order. @throws NotFound `entries-dropped` when the first of them is not kept any more. */
export async function* readForwards(
  disk: Disk,
  segments: readonly Segment[],
  from: number,
  to: number,
): AsyncGenerator<Entry, void, undefined> {
  for (let next = from; next <= to; ) {
    const segment = segmentOf(segments, next);
    const until = Math.min(to, segment.lastHeight);
    yield* readWithin(disk, segment, next, until);
    next = until + 1;
  }
}

/** The entries `from` down to the oldest that is kept; at most one index step of them is in memory. */
export async function* readBackwards(
  disk: Disk,
  segments: readonly Segment[],
  from: number,
): AsyncGenerator<Entry, void, undefined> {
  const oldest = segments[0]?.firstHeight ?? from + 1;
  for (let next = from; next >= oldest; ) {
    const segment = segmentOf(segments, next);
    const start = segment.points[segment.pointAt(next)]?.height ?? segment.firstHeight;
    const step: Entry[] = [];
    for await (const entry of readWithin(disk, segment, start, next)) step.push(entry);
    yield* step.reverse();
    next = start - 1;
  }
}

/** A height at or above which no entry is older than `timeMs`, minus one: where to begin to look backwards for older ones. */
export function heightBelowTime(segments: readonly Segment[], timeMs: number): number {
  let height = segments.at(-1)?.lastHeight ?? 0;
  for (const { points } of segments.toReversed()) {
    // Times never go back, so the points are in order of time also.
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((points[middle]?.time ?? 0) >= timeMs) high = middle;
      else low = middle + 1;
    }
    height = (points[low]?.height ?? height + 1) - 1;
    if (low > 0) break;
  }
  return height;
}

function segmentOf(segments: readonly Segment[], height: number): Segment {
  const segment = segments.findLast(({ firstHeight }) => firstHeight <= height);
  if (segment && segment.lastHeight >= height) return segment;
  throw new NotFound(`Entry ${height} is not in the log; it keeps entries from ${segments[0]?.firstHeight ?? 1} on.`, {
    code: 'entries-dropped',
  });
}

async function* readWithin(
  disk: Disk,
  segment: Segment,
  from: number,
  to: number,
): AsyncGenerator<Entry, void, undefined> {
  const point = segment.points[segment.pointAt(from)];
  if (!point) return;
  await using file = await disk.open(segment.path, 'read');
  const reader = new RecordReader(file, segment.header.salt, point.offset, segment.end);
  for (let height = point.height; height <= to; height += 1) {
    const record = await reader.next();
    if (record.kind !== 'record') {
      const problem = record.kind === 'broken' ? record.problem : `entry ${height} is missing`;
      throw new LogCorrupt(segment.path, record.offset, problem);
    }
    if (height >= from) yield decodeEntry(record.payload);
  }
}
