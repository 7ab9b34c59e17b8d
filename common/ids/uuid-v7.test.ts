import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUuidV7, systemRandom, uuidV7, uuidV7Time } from './index.ts';

test('an id tells when it was made, and sorts by it', () => {
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(time, time, (first, second) => {
      const [a, b] = [first, second].map((now) => uuidV7({ now: () => now }, systemRandom)) as [string, string];
      expect(isUuidV7(a)).toBe(true);
      expect(uuidV7Time(a)).toBe(first);
      if (first < second) expect(a < b).toBe(true);
    }),
  );
});

test('what is not of the canonical form is no id', () => {
  for (const value of [
    '',
    'x',
    '../../etc/passwd',
    '01890a5d-ac96-474b-bcce-b302099a8057',
    'ABCDEF01-0000-7000-8000-000000000000',
  ]) {
    expect(isUuidV7(value)).toBe(false);
  }
});
