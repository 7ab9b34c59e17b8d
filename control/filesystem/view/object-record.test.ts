import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHECKSUM_ALGORITHMS, type ObjectContent } from '../../../common/filesystem/index.ts';
import { type ObjectRecord, objectTable, summaryOf } from './object-record.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const checksum = fc.record({
  algorithm: fc.constantFrom(...CHECKSUM_ALGORITHMS),
  value: fc.string(),
  type: fc.constantFrom('FULL_OBJECT' as const, 'COMPOSITE' as const),
});
const extent = fc.record({
  chunk: fc.uuid({ version: 7 }),
  offset: fc.nat(),
  length: fc.nat(),
  crc32c: fc.integer({ min: 0, max: 0xffff_ffff }),
});
const content = fc.record(
  {
    size: fc.maxSafeNat(),
    etag: text,
    contentType: text,
    headers: fc.dictionary(text, text, { maxKeys: 20 }),
    inline: fc.uint8Array({ maxLength: 300 }),
    extents: fc.array(extent, { maxLength: 20 }),
    checksum,
    tags: fc.dictionary(text, text),
    redirect: text,
    parts: fc.array(fc.record({ part: fc.nat(), size: fc.maxSafeNat() }), { maxLength: 100 }),
  },
  { requiredKeys: ['size', 'etag', 'contentType', 'headers', 'extents'] },
) as fc.Arbitrary<ObjectContent>;
const record: fc.Arbitrary<ObjectRecord> = fc
  .record({ content, modifiedAtMs: fc.nat({ max: 8.64e15 }), sequence: fc.nat() })
  .map((fields) => ({ ...fields, versionId: null }));

test('the summary of an object is what decoding all of it gives', () => {
  fc.assert(
    fc.property(record, (object) => {
      const bytes = objectTable.encode(object);
      const { content: whole, modifiedAtMs } = objectTable.decode(bytes);
      expect(summaryOf(bytes)).toEqual({
        modifiedAtMs,
        size: whole.size,
        etag: whole.etag,
        ...(whole.checksum && { checksum: { algorithm: whole.checksum.algorithm, type: whole.checksum.type } }),
      });
    }),
  );
});
