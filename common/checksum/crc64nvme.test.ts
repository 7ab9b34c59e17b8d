import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineCrc64nvme } from './combine-crc64.ts';
import { crc64nvme } from './crc64nvme.ts';

const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/** As the specification defines it, bit by bit. */
function modelCrc(bytes: Uint8Array): bigint {
  let crc = ALL_ONES;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
  }
  return crc ^ ALL_ONES;
}

describe('CRC-64/NVME', () => {
  // NVM Command Set Specification 1.0, figure "64b CRC test cases", and the check value of the CRC catalogue.
  test.each([
    ['nothing', Buffer.alloc(0), 0n],
    ['123456789', Buffer.from('123456789'), 0xae8b14860a799888n],
    ['4 KiB of zeros', Buffer.alloc(4096), 0x6482d367eb22b64en],
    ['4 KiB of ones', Buffer.alloc(4096, 0xff), 0xc0ddba7302eca3acn],
  ])('%s', (_name, bytes, expected) => {
    expect(crc64nvme(bytes)).toBe(expected);
  });

  test('is what its definition says, of any bytes in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 5 }), (pieces) => {
        const inPieces = pieces.reduce((crc, piece) => crc64nvme(piece, crc), 0n);
        expect(inPieces).toBe(modelCrc(Buffer.concat(pieces)));
      }),
    );
  });

  test('runs longer than what is copied in at once are whole', () => {
    const bytes = Buffer.alloc(300_001, 'any bytes');
    expect(crc64nvme(bytes)).toBe(modelCrc(bytes));
  });

  test('two checksums give that of both runs, of any lengths', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
        const whole = crc64nvme(Buffer.concat([first, second]));
        expect(combineCrc64nvme(crc64nvme(first), crc64nvme(second), second.length)).toBe(whole);
      }),
    );
  });
});
