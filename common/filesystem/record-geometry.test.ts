import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES, CHUNK_BYTES } from './limits.ts';
import {
  BLOCK_HEADER_BYTES,
  blockPosition,
  CHUNK_FILE_BYTES,
  payloadLength,
  physicalLength,
} from './record-geometry.ts';

const length = fc.integer({ min: 0, max: CHUNK_BYTES });

describe('the geometry of records', () => {
  test('physical and payload lengths are each other’s inverse', () => {
    fc.assert(
      fc.property(length, (payload) => {
        expect(payloadLength(physicalLength(payload))).toBe(payload);
      }),
    );
  });

  test('a whole chunk has a header for every block', () => {
    expect(CHUNK_FILE_BYTES).toBe(CHUNK_BYTES + BLOCK_HEADER_BYTES * (CHUNK_BYTES / BLOCK_BYTES));
  });

  test('a block begins where the full blocks before it end', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), length, (offset, at) => {
        expect(blockPosition(offset, at)).toBe(offset + physicalLength(at - (at % BLOCK_BYTES)));
      }),
    );
  });

  test('a header that is not whole holds no payload', () => {
    fc.assert(
      fc.property(length, fc.integer({ min: 0, max: BLOCK_HEADER_BYTES }), (payload, more) => {
        const full = payload - (payload % BLOCK_BYTES);
        expect(payloadLength(physicalLength(full) + more)).toBe(full);
      }),
    );
  });
});
