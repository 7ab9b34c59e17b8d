import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../common/clock/index.ts';
import { SimulatedDisk } from '../../common/disk/index.ts';
import { BLOCK_BYTES, physicalLength } from '../../common/filesystem/index.ts';
import { systemRandom, uuidV7 } from '../../common/ids/index.ts';
import { BlockHeaders } from './block-headers.ts';
import { RecordBlocks } from './record-blocks.ts';
import { scanBlocks, verifyBlock } from './verify-blocks.ts';

const chunk = uuidV7(systemClock, systemRandom);
const headers = new BlockHeaders(chunk);
const block = fc.record({ length: fc.integer({ min: 1, max: BLOCK_BYTES }), crc32c: fc.nat(0xffff_ffff) });
const position = fc.integer({ min: 0, max: 2 ** 40 });

/** Records one behind the other, as they lie in a file. */
function written(records: readonly Uint8Array[], key = headers): Buffer {
  const blocks = new RecordBlocks(key, 0);
  for (const record of records) {
    blocks.push(record);
    blocks.endRecord();
  }
  return Buffer.concat(blocks.vector);
}

describe('block headers', () => {
  test('what is encoded is decoded', () => {
    fc.assert(
      fc.property(block, position, (header, at) => {
        expect(headers.decode(headers.encode(header, at), 0, at)).toEqual(header);
      }),
    );
  });

  test('a flipped bit, another place and another chunk are all noticed', () => {
    const other = new BlockHeaders(uuidV7(systemClock, systemRandom));
    fc.assert(
      fc.property(block, position, fc.nat(127), (header, at, bit) => {
        const bytes = headers.encode(header, at);
        expect(headers.decode(bytes, 0, at + 1)).toBeTypeOf('string');
        expect(other.decode(bytes, 0, at)).toBeTypeOf('string');
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(headers.decode(bytes, 0, at)).toBeTypeOf('string');
      }),
    );
  });

  test('arbitrary bytes are refused and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(headers.decode(Buffer.from(bytes), 0, 0)).toBeTypeOf('string');
      }),
    );
  });
});

describe('blocks of records', () => {
  const payload = randomBytes(3 * BLOCK_BYTES);
  const length = fc.integer({ min: 1, max: payload.length });

  test('a record takes its physical length, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(length, fc.array(fc.integer({ min: 1, max: BLOCK_BYTES * 2 }), { maxLength: 8 }), (size, cuts) => {
        const blocks = new RecordBlocks(headers, 0);
        let at = 0;
        for (const cut of [...cuts, size]) {
          blocks.push(payload.subarray(at, Math.min(size, at + cut)));
          at = Math.min(size, at + cut);
        }
        blocks.endRecord();
        expect(blocks.end).toBe(physicalLength(size));
        expect(Buffer.concat(blocks.vector).equals(written([payload.subarray(0, size)]))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('payload is not copied', () => {
    const blocks = new RecordBlocks(headers, 0);
    blocks.push(payload);
    expect(blocks.vector[1]?.buffer).toBe(payload.buffer);
  });

  test('a block reads back as it was written', () => {
    const bytes = written([payload.subarray(0, 1000)]);
    const verified = verifyBlock(headers, bytes, 0, 0);
    expect(verified.ok && verified.payload.equals(payload.subarray(0, 1000))).toBe(true);
  });
});

describe('the scan of an open chunk', () => {
  const records = Array.from({ length: 40 }, (_, index) => randomBytes(1 + ((index * 7919) % 90_000)));
  const whole = written(records);

  async function scanned(bytes: Uint8Array): Promise<number> {
    const disk = new SimulatedDisk();
    await using file = await disk.open('/chunk', 'create');
    await file.write([bytes], 0);
    return await scanBlocks(file, headers);
  }

  test('a file without fault is whole to its end', async () => {
    expect(await scanned(whole)).toBe(whole.length);
  });

  test('a torn tail ends at the last whole block, wherever it was torn', async () => {
    const ends = [0];
    for (let at = 0; at < whole.length; ) {
      const verified = verifyBlock(headers, whole, at, 0);
      if (!verified.ok) throw new Error(verified.problem);
      at = verified.end;
      ends.push(at);
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (cut) => {
        expect(await scanned(whole.subarray(0, cut))).toBe(ends.findLast((end) => end <= cut));
      }),
      { numRuns: 40 },
    );
  });

  test('zeroes behind the last block, as a power cut leaves them, are not blocks', async () => {
    expect(await scanned(Buffer.concat([whole, Buffer.alloc(5000)]))).toBe(whole.length);
  });
});
