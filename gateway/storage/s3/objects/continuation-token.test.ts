import fc from 'fast-check';
import { expect, test } from 'vitest';
import { continuationToken, readContinuationToken } from './continuation-token.ts';

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 });

test('a token goes on where it was made for, whatever the key', () => {
  fc.assert(
    fc.property(key, (after) => {
      const token = continuationToken('bucket', after);
      expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(readContinuationToken('bucket', token)).toBe(after);
    }),
  );
});

test('a token that was changed, cut, or made for another bucket is refused', () => {
  fc.assert(
    fc.property(key, fc.nat(), fc.constantFrom(...'ABCabc019-_'), (after, place, letter) => {
      const token = continuationToken('bucket', after);
      const at = place % token.length;
      const changed = token.slice(0, at) + letter + token.slice(at + 1);
      if (changed !== token) expect(() => readContinuationToken('bucket', changed)).toThrow('incorrect');
      expect(() => readContinuationToken('bucket', token.slice(0, at))).toThrow('incorrect');
      expect(() => readContinuationToken('other', token)).toThrow('incorrect');
    }),
  );
});

test('anything else is refused and breaks nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => readContinuationToken('b', text)).toThrow('incorrect');
    }),
  );
});
