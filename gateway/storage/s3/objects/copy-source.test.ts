import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copySourceOf } from './copy-source.ts';

const named = (bucket: string, key: string) => ({ name: { namespace: '', bucket, key } });

describe('x-amz-copy-source', () => {
  test.each([
    ['bucket/key', named('bucket', 'key')],
    ['/bucket/key', named('bucket', 'key')],
    ['bucket/a/../b//c', named('bucket', 'a/../b//c')],
    ['bucket//key', named('bucket', '/key')],
    ['bucket%2Fkey', named('bucket', 'key')],
    ['bucket/a+b', named('bucket', 'a+b')],
    ['bucket/a%2Bb%20c', named('bucket', 'a+b c')],
    ['bucket/k?versionId=abc', { ...named('bucket', 'k'), version: 'abc' }],
    ['bucket/k%3FversionId%3Dabc', named('bucket', 'k?versionId=abc')],
    ['bucket/k?versionId=x?versionId=abc', { ...named('bucket', 'k?versionId=x'), version: 'abc' }],
  ])('%s', (header, expected) => {
    expect(copySourceOf(header)).toEqual(expected);
  });

  test.each(['', '/', 'bucket', 'bucket/', '/bucket', '/bucket/', 'bucket/%zz', 'bucket/%ff', 'bucket/k?versionId='])(
    '%j names no source',
    (header) => {
      expect(() => copySourceOf(header)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
    },
  );

  test('a key of more than 1024 bytes is none', () => {
    expect(() => copySourceOf(`bucket/${'a'.repeat(1025)}`)).toThrow(
      expect.objectContaining({ code: 'KeyTooLongError' }),
    );
  });

  test('any key, encoded, is found again; as bytes beyond ASCII as well', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (key) => {
        expect(copySourceOf(`bucket/${encodeURIComponent(key)}`).name.key).toBe(key);
        if (!key.includes('%') && !key.includes('?')) {
          const bytes = Buffer.from(`bucket/${key}`, 'utf8').toString('latin1');
          expect(copySourceOf(bytes).name.key).toBe(key);
        }
      }),
    );
  });
});
