import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { crc32c } from '../../../common/checksum/index.ts';
import type { Extent } from '../../../common/filesystem/index.ts';
import { Registry } from '../../../common/metrics/index.ts';
import { RecordCache } from './record-cache.ts';

const CHUNK = '01890a5d-ac96-774b-bcce-b302099a8057';
const KIB = 1024;

function record(offset: number, length = 10 * KIB): { extent: Extent; bytes: Buffer } {
  const bytes = randomBytes(length);
  return { extent: { chunk: CHUNK, offset, length, crc32c: crc32c(bytes) }, bytes };
}

describe('records in memory', () => {
  let metrics: Registry;
  let cache: RecordCache;
  beforeEach(() => {
    metrics = new Registry();
    cache = new RecordCache(64 * KIB, metrics);
  });

  test('are given back as they were, and counted', async () => {
    const { extent, bytes } = record(0);
    expect(cache.get(extent)).toBeUndefined();
    cache.set(extent, bytes);
    expect(cache.get(extent)?.equals(bytes)).toBe(true);
    const text = await metrics.metrics();
    expect(text).toContain('bramble_gateway_record_reads_total{cache="hit"} 1');
    expect(text).toContain('bramble_gateway_record_reads_total{cache="miss"} 1');
    expect(text).toContain(`bramble_gateway_record_cache_bytes ${cache.usedBytes}`);
  });

  test('are copies: what they were received in may be used again', () => {
    const { extent, bytes } = record(0);
    cache.set(extent, bytes);
    bytes.fill(0);
    expect(cache.get(extent)).toBeDefined();
  });

  test('never take more than they may; what was not used for longest goes first', () => {
    const records = Array.from({ length: 20 }, (_, index) => record(index * 100_000));
    for (const { extent, bytes } of records) {
      cache.set(extent, bytes);
      const [first] = records;
      if (first) expect(cache.get(first.extent)).toBeDefined();
      expect(cache.usedBytes).toBeLessThanOrEqual(64 * KIB);
    }
    expect(records.map(({ extent }) => cache.get(extent) !== undefined)).toEqual([
      true,
      ...Array(14).fill(false),
      ...Array(5).fill(true),
    ]);
  });

  test('that are kept again take no more room than once', () => {
    const { extent, bytes } = record(0);
    cache.set(extent, bytes);
    const used = cache.usedBytes;
    cache.set(extent, bytes);
    expect(cache.usedBytes).toBe(used);
  });

  test('that went bad in memory are not given out, and are gone', () => {
    const { extent, bytes } = record(0);
    cache.set(extent, bytes);
    cache.get(extent)?.writeUInt8(bytes.readUInt8(5) ^ 1, 5);
    expect(cache.get(extent)).toBeUndefined();
    expect(cache.usedBytes).toBe(0);
  });

  test('are of one length: of another record at that place nothing is known', () => {
    const { extent, bytes } = record(0);
    cache.set(extent, bytes);
    expect(cache.get({ ...extent, length: extent.length - 1 })).toBeUndefined();
  });

  test('are none when there is no memory for them', () => {
    const none = new RecordCache(0, new Registry());
    const { extent, bytes } = record(0);
    none.set(extent, bytes);
    expect(none.get(extent)).toBeUndefined();
    expect(none.usedBytes).toBe(0);
  });
});
