import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from './index.ts';

test('the check values of RFC 3720 §B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
});

test('a checksum goes on from the one before', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (head, tail) => {
      expect(crc32c(tail, crc32c(head))).toBe(crc32c(Buffer.concat([head, tail])));
    }),
  );
});
