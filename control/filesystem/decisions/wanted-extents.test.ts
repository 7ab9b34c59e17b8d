import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Extent } from '../../../common/filesystem/index.ts';
import { wantedExtents } from './wanted-extents.ts';

const CHUNK = '01890a5d-ac96-774b-bcce-b302099a8057';
const extentsOf = (lengths: readonly number[]): Extent[] =>
  lengths.map((length, offset) => ({ chunk: CHUNK, offset, length, crc32c: 0 }));

test('every byte that is wanted is in an extent that is answered, and no extent without one is', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 17, maxLength: 60 });
  const range = fc.oneof(
    fc.record({ suffix: fc.nat({ max: 600 }) }),
    fc.record({ first: fc.nat({ max: 600 }), last: fc.option(fc.nat({ max: 600 }), { nil: undefined }) }),
  );
  fc.assert(
    fc.property(lengths, range, (each, wanted) => {
      const extents = extentsOf(each);
      const size = each.reduce((sum, length) => sum + length, 0);
      const isWanted = (byte: number) =>
        'suffix' in wanted ? byte >= size - wanted.suffix : byte >= wanted.first && byte <= (wanted.last ?? size);
      let at = 0;
      const expected = extents.flatMap((extent) => {
        const begin = at;
        at += extent.length;
        const has = Array.from({ length: extent.length }, (_, byte) => begin + byte).some(isWanted);
        return has ? [{ begin, extent }] : [];
      });
      expect(wantedExtents(extents, size, wanted)).toEqual({
        extents: expected.map(({ extent }) => extent),
        begin: expected[0]?.begin ?? 0,
      });
    }),
  );
});

test('few extents are answered whole', () => {
  expect(wantedExtents(extentsOf([1, 2, 3]), 6, { first: 0, last: 0 })).toBeUndefined();
});
