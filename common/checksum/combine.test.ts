import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineCrc32, combineCrc32c } from './combine.ts';
import { crc32c } from './crc32c.ts';

test('two checksums give that of both runs, of any lengths', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      const whole = crc32c(Buffer.concat([first, second]));
      expect(combineCrc32c(crc32c(first), crc32c(second), second.length)).toBe(whole);
      expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(crc32(Buffer.concat([first, second])));
    }),
  );
});

test('the checksums of 16 segments of 4 MiB give that of the chunk', () => {
  const segment = Buffer.alloc(4 * 1024 * 1024, 'a segment');
  let combined = 0;
  let whole = 0;
  for (let index = 0; index < 16; index += 1) {
    segment.writeUInt32LE(index, 1000 * index);
    whole = crc32c(segment, whole);
    combined = combineCrc32c(combined, crc32c(segment), segment.length);
  }
  expect(combined).toBe(whole);
});
