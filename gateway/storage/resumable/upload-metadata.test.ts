import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatUploadMetadata, parseUploadMetadata } from './upload-metadata.ts';

describe('Upload-Metadata', () => {
  test('comes back as it was written', () => {
    const key = fc.string({ minLength: 1, unit: fc.constantFrom(...'abcXYZ019-_.') });
    const text = fc.string({ unit: 'grapheme' }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(fc.dictionary(key, text, { maxKeys: 10, noNullPrototype: true }), (pairs) => {
        const map = new Map(Object.entries(pairs));
        expect(parseUploadMetadata(formatUploadMetadata(map))).toEqual(map);
      }),
    );
  });

  test.each(['key !', 'a YQ==,a YQ==', 'a b c', ' ,', 'bad\u0000 YQ=='])('%j is refused', (header) => {
    expect(() => parseUploadMetadata(header)).toThrow(/Upload-Metadata/);
  });

  test('a value that is not UTF-8 is refused', () => {
    expect(() => parseUploadMetadata(`key ${Buffer.from([0xff, 0xfe]).toString('base64')}`)).toThrow(/UTF-8/);
  });

  test('a key alone has an empty value', () => {
    expect(parseUploadMetadata('is_confidential')).toEqual(new Map([['is_confidential', '']]));
  });
});
