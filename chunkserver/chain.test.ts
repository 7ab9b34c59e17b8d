import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BLOCK_BYTES, physicalLength, SEGMENT_BYTES } from '../common/filesystem/index.ts';
import { ChunkserverFixture, type TestChunkserver } from './test-chunkservers.ts';

let fixture: ChunkserverFixture;
let chain: TestChunkserver[];

beforeAll(async () => {
  fixture = await ChunkserverFixture.start();
  chain = await Promise.all(['a', 'b', 'c'].map((node) => fixture.chunkserver(node)));
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

describe('a chunk of its own', () => {
  test('goes down the chain, is durable on all three and reads back from each', async () => {
    const chunk = fixture.newId();
    const bytes = randomBytes(SEGMENT_BYTES + BLOCK_BYTES + 12_345);
    const first = await fixture.put(chain, chunk, 0, bytes.subarray(0, SEGMENT_BYTES));
    expect(first.map(({ node, ok }) => [node, ok])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
    ]);
    const last = await fixture.put(chain, chunk, SEGMENT_BYTES, bytes.subarray(SEGMENT_BYTES), { isLast: true });
    const length = physicalLength(bytes.length);
    expect(last).toEqual(['a', 'b', 'c'].map((node) => ({ node, ok: true, durable: true, length })));
    for (const server of chain) {
      const read = await fixture.get(server, chunk, { length: bytes.length });
      expect(read.equals(bytes)).toBe(true);
      const part = await fixture.get(server, chunk, { length: bytes.length, from: 65_530, to: 3_000_001 });
      expect(part.equals(bytes.subarray(65_530, 3_000_001))).toBe(true);
    }
  });
});

describe('a shared chunk', () => {
  test('takes records from many at once, the same on every replica', async () => {
    const chunk = fixture.newId();
    const groups = Array.from({ length: 20 }, (_, index) => [randomBytes(100 + index), randomBytes(70_000 + index)]);
    const answers = await Promise.all(groups.map((records) => fixture.append(chain, chunk, records)));
    for (const [index, answer] of answers.entries()) {
      expect(answer.votes.map(({ node, ok }) => [node, ok])).toEqual([
        ['a', true],
        ['b', true],
        ['c', true],
      ]);
      for (const [at, record] of (groups[index] ?? []).entries()) {
        const offset = answer.offsets[at] ?? -1;
        for (const server of chain) {
          const read = await fixture.get(server, chunk, { offset, length: record.length });
          expect(read.equals(record)).toBe(true);
        }
      }
    }
  });
});
