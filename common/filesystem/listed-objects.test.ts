import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCbor, encodeCbor } from '../internal/index.ts';
import { packListed, unpackListed } from './listed-objects.ts';
import { CHECKSUM_ALGORITHMS } from './master-protocol.ts';

const key = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0') && text.isWellFormed());
const object = fc.record(
  {
    size: fc.maxSafeNat(),
    etag: fc.stringMatching(/^[0-9a-f]{32}(-\d+)?$/),
    modifiedAtMs: fc.maxSafeNat(),
    checksum: fc.record({
      algorithm: fc.constantFrom(...CHECKSUM_ALGORITHMS),
      type: fc.constantFrom('FULL_OBJECT' as const, 'COMPOSITE' as const),
    }),
  },
  { requiredKeys: ['size', 'etag', 'modifiedAtMs'] },
);

test('a page by columns is the page that it was made of, after its way through CBOR', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key, object })), (items) => {
      const columns = decodeCbor(encodeCbor(packListed(items))) as ReturnType<typeof packListed>;
      expect(unpackListed(columns)).toEqual(items.map((item) => ({ key: item.key, ...item.object })));
    }),
  );
});
