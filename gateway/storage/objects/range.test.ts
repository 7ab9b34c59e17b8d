import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseRange, wantedOf } from './range.ts';

describe('a single byte range', () => {
  test.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', { kind: 'part', from: 0, to: 1 }],
    ['bytes=2-', { kind: 'part', from: 2, to: 10 }],
    ['bytes=-3', { kind: 'part', from: 7, to: 10 }],
    ['bytes=-30', { kind: 'part', from: 0, to: 10 }],
    ['bytes=5-99', { kind: 'part', from: 5, to: 10 }],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=0-1,4-5', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
  ])('%s of ten bytes', (header, expected) => {
    expect(chooseRange(header, 10)).toEqual(expected);
  });

  test('of an empty object is never satisfiable', () => {
    for (const header of ['bytes=0-', 'bytes=-5']) expect(chooseRange(header, 0).kind).toBe('unsatisfiable');
  });

  test('never reaches outside the object, whatever the header says', () => {
    const header = fc.oneof(
      fc.string(),
      fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    );
    fc.assert(
      fc.property(header, fc.nat(), (text, size) => {
        const choice = chooseRange(text, size);
        if (choice.kind !== 'part') return true;
        return choice.from >= 0 && choice.from < choice.to && choice.to <= size;
      }),
    );
  });
});

describe('a look-up is told what is wanted', () => {
  test.each([
    ['GET', {}, undefined],
    ['GET', { range: 'bytes=2-5' }, { first: 2, last: 5 }],
    ['GET', { range: 'bytes=2-' }, { first: 2 }],
    ['GET', { range: 'bytes=-3' }, { suffix: 3 }],
    ['GET', { range: 'bytes=5-4' }, undefined],
    ['GET', { range: 'bytes=0-1,4-5' }, undefined],
    ['GET', { range: 'bytes=0-99999999999999999999' }, undefined],
    ['GET', { range: 'bytes=2-5', 'if-range': '"etag"' }, undefined],
    ['HEAD', {}, { first: 0, last: 0 }],
  ])('%s with %o', (method, headers, expected) => {
    expect(wantedOf(method, headers)).toEqual(expected);
  });
});
