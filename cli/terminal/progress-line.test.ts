import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ProgressState, renderProgress } from './progress-line.ts';
import { displayWidth } from './table.ts';

const MIB = 1 << 20;
const HALF: ProgressState = {
  names: ['film.mp4'],
  doneBytes: 50 * MIB,
  totalBytes: 100 * MIB,
  doneFiles: 1,
  totalFiles: 3,
  bytesPerSecond: 10 * MIB,
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const COLOR = /\u001b\[\d+m/g;

describe('the progress line', () => {
  test('shows part, rate, time left, files, amount and name on a wide terminal', () => {
    expect(renderProgress(HALF, 100, false)).toBe(
      ' 50% ████████████░░░░░░░░░░░░  10 MiB/s  ETA 0:05  1/3  50 MiB/100 MiB  film.mp4',
    );
  });

  test('leaves out the less important as it gets narrow', () => {
    expect(renderProgress(HALF, 30, false)).toBe(' 50%  10 MiB/s  ETA 0:05  1/3');
    expect(renderProgress(HALF, 4, false)).toBe(' 50%');
  });

  test('without a known total it shows what has gone', () => {
    expect(renderProgress({ ...HALF, totalBytes: undefined, totalFiles: 1 }, 60, false)).toBe(
      '50 MiB  10 MiB/s  film.mp4',
    );
  });

  test('never gets wider than the terminal, nor lets a name move the cursor', () => {
    const state = fc.record({
      names: fc.array(fc.string({ unit: 'binary' }), { maxLength: 2 }),
      doneBytes: fc.nat(),
      totalBytes: fc.option(fc.nat(), { nil: undefined }),
      doneFiles: fc.nat(9999),
      totalFiles: fc.nat(9999),
      bytesPerSecond: fc.double({ min: 0, max: 1e12, noNaN: true }),
    });
    fc.assert(
      fc.property(state, fc.integer({ min: 0, max: 200 }), fc.boolean(), (given, columns, color) => {
        const plain = renderProgress(given, columns, color).replaceAll(COLOR, '');
        expect(displayWidth(plain)).toBeLessThanOrEqual(columns);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(plain).not.toMatch(/[\u0000-\u001f\u007f]/);
      }),
    );
  });

  test('has colours only when asked for', () => {
    expect(renderProgress(HALF, 100, true)).toMatch(COLOR);
    expect(renderProgress(HALF, 100, false)).not.toMatch(COLOR);
  });
});
