import { expect, test } from 'vitest';
import { systemRandom } from './index.ts';

test('no bytes are given out twice, in whatever portions they are asked for', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 2_000; round += 1) {
    for (const count of [8, 16, 32, 1500]) {
      const bytes = systemRandom.bytes(count);
      expect(bytes).toHaveLength(count);
      seen.add(Buffer.from(bytes).toString('hex'));
    }
  }
  expect(seen.size).toBe(8_000);
});

test('what a caller does to its bytes is its own', () => {
  const first = systemRandom.bytes(16);
  first.fill(7);
  expect(systemRandom.bytes(16)).not.toEqual(first);
});
