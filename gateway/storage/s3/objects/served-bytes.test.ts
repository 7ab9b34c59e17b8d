import { describe, expect, test } from 'vitest';
import type { ObjectContent } from '../../../../common/filesystem/index.ts';
import { partNumberOf, servedPart, servedRange } from './served-bytes.ts';

const checksum = { algorithm: 'SHA256' as const, value: 'whole-2', type: 'COMPOSITE' as const };
const content: ObjectContent = { size: 15, etag: 'e', contentType: 'a/b', headers: {}, extents: [], checksum };
const inParts = {
  ...content,
  parts: [
    { part: 1, size: 10, checksum: 'one' },
    { part: 7, size: 5, checksum: 'two' },
  ],
};

describe('a part of an object', () => {
  test('is found by its own number, with its own checksum', () => {
    expect(servedPart(inParts, 7)).toEqual({
      from: 10,
      to: 15,
      isPartial: true,
      partsCount: 2,
      checksum: { ...checksum, value: 'two' },
    });
  });

  test('that was not uploaded is none', () => {
    expect(() => servedPart(inParts, 2)).toThrow(expect.objectContaining({ code: 'InvalidPart' }));
    expect(() => servedPart(content, 2)).toThrow(expect.objectContaining({ code: 'InvalidPart' }));
  });

  test('of an object that came whole is the whole', () => {
    expect(servedPart(content, 1)).toMatchObject({ from: 0, to: 15, isPartial: true });
    expect(servedPart({ ...content, size: 0 }, 1)).toMatchObject({ from: 0, to: 0, isPartial: false });
  });

  test.each(['', '0', '-1', '10001', '1.5', 'one'])('number %j is none', (text) => {
    expect(() => partNumberOf(text, undefined)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});

describe('a range', () => {
  test('has no checksum, since clients would check the whole by it', () => {
    expect(servedRange(content, 'bytes=0-4')).toEqual({ from: 0, to: 5, isPartial: true });
    expect(servedRange(content, undefined)).toEqual({ from: 0, to: 15, isPartial: false, checksum });
  });

  test('behind the end is refused with the size', () => {
    expect(() => servedRange(content, 'bytes=15-')).toThrow(
      expect.objectContaining({
        code: 'InvalidRange',
        elements: { RangeRequested: 'bytes=15-', ActualObjectSize: '15' },
        headers: { 'content-range': 'bytes */15' },
      }),
    );
  });
});
