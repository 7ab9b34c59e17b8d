import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heightBelowTime } from './entry-reader.ts';
import { Segment } from './segment.ts';
import { encodeSegmentHeader } from './segment-header.ts';

const RECORD_BYTES = 30_000;

/** Segments of so many entries each, with the given steps of time between entries. */
function segmentsOf(sizes: number[], steps: number[]): { segments: Segment[]; times: number[] } {
  const times: number[] = [];
  const segments = sizes.map((size) => {
    const firstHeight = times.length + 1;
    const { header } = encodeSegmentHeader({ logId: new Uint8Array(16), firstHeight, prev: new Uint8Array(32) });
    const segment = new Segment(`/${firstHeight}`, header, 72);
    for (let n = 0; n < size; n++) {
      times.push((times.at(-1) ?? 1_000) + (steps[times.length % steps.length] ?? 0));
      segment.add(times.length, times.at(-1) ?? 0, segment.end + RECORD_BYTES);
    }
    return segment;
  });
  return { segments, times };
}

test('looking backwards from a time skips no entry that is older, and few that are not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(5), { minLength: 1 }),
      fc.integer({ min: 990, max: 1_300 }),
      (sizes, steps, timeMs) => {
        const { segments, times } = segmentsOf(sizes, steps);
        const height = heightBelowTime(segments, timeMs);
        const older = times.filter((time) => time < timeMs).length;
        expect(height).toBeGreaterThanOrEqual(older);
        expect(height - older).toBeLessThanOrEqual(3);
      },
    ),
  );
});

test('an entry is found from the nearest point of the index below it', () => {
  const { segments } = segmentsOf([20], [1]);
  const [segment] = segments;
  for (let height = 1; height <= 20; height++) {
    const point = segment?.points[segment.pointAt(height)];
    expect(point?.height).toBeLessThanOrEqual(height);
    expect(height - (point?.height ?? 0)).toBeLessThan(3);
  }
});
