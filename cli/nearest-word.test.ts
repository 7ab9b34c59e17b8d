import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearestWord } from './nearest-word.ts';

const KNOWN = ['put', 'get', 'ls', 'login', 'status', 'gateway'];

test.each([
  ['statsu', 'status'],
  ['lgoin', 'login'],
  ['gatway', 'gateway'],
  ['PUT', 'put'],
  ['sl', 'ls'],
  ['kubectl', undefined],
])('%s is taken for %s', (typed, meant) => {
  expect(nearestWord(typed, KNOWN)).toBe(meant);
});

test('the distance is zero for the same word, the same both ways, and never more than the longer word', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, a)).toBe(0);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});
