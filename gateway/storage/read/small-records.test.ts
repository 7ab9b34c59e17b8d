import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../common/checksum/index.ts';
import { systemClock } from '../../../common/clock/index.ts';
import { BadGateway, GatewayTimeout, NotFound } from '../../../common/errors/index.ts';
import { BATCHED_READ_BYTES, type FoundObject } from '../../../common/filesystem/index.ts';
import { Registry } from '../../../common/metrics/index.ts';
import type { Fault } from '../master/fault-reporter.ts';
import { NodeHealth } from '../master/node-health.ts';
import { RecordCache } from './record-cache.ts';
import { KEPT_RECORD_BYTES, SmallRecords } from './small-records.ts';

const CHUNK = '01890a5d-ac96-774b-bcce-b302099a8057';
const BYTES = Buffer.from('what was stored');
const EXTENT = { chunk: CHUNK, offset: 0, length: BYTES.length, crc32c: crc32c(BYTES) };
const REPLICAS = ['a', 'b'].map((node) => ({ node, address: `${node}:1` }));

function found(extents = [EXTENT], replicas = REPLICAS): Pick<FoundObject, 'content' | 'replicas'> {
  const size = extents.reduce((sum, { length }) => sum + length, 0);
  return {
    content: { size, etag: 'e', contentType: 'text/plain', headers: {}, extents },
    replicas: { [CHUNK]: replicas },
  };
}

function setUp(read: (node: string) => Buffer) {
  const asked: string[] = [];
  const faults: Fault[] = [];
  const health = new NodeHealth(systemClock, 60_000);
  const records = new SmallRecords({
    cache: new RecordCache(2 ** 20, new Registry()),
    health,
    faults: { report: (fault) => void faults.push(fault) },
    reads: {
      read: async ({ node }) => {
        asked.push(node);
        return read(node);
      },
    },
  });
  return { records, asked, faults, health };
}

describe('the bytes of a small object', () => {
  test('are read once from the first healthy replica, then out of memory', async () => {
    const { records, asked, health } = setUp(() => BYTES);
    health.failed('a');
    expect(await records.read(found(), 0, BYTES.length)).toEqual(BYTES);
    expect(await records.read(found(), 0, BYTES.length)).toEqual(BYTES);
    expect(asked).toEqual(['b']);
  });

  test('are given in part, out of all of them', async () => {
    const { records, asked } = setUp(() => BYTES);
    expect(String(await records.read(found(), 5, 8))).toBe('was');
    expect(String(await records.read(found(), 0, 4))).toBe('what');
    expect(asked).toEqual(['a']);
  });

  test('are not kept when they are many, nor read whole for a part of them', async () => {
    const long = Buffer.alloc(KEPT_RECORD_BYTES + 1);
    const object = found([{ ...EXTENT, length: long.length, crc32c: crc32c(long) }]);
    const { records, asked } = setUp(() => long);
    expect(await records.read(object, 0, 10)).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await records.read(object, 0, long.length)).toBe(long);
    expect(await records.read(object, 0, long.length)).toBe(long);
    expect(asked).toEqual(['a', 'a']);
  });

  test('that are not those that were stored are neither given nor kept', async () => {
    let sent = Buffer.from('what was stoned');
    const { records, asked } = setUp(() => sent);
    expect(await records.read(found(), 0, BYTES.length)).toBeUndefined();
    sent = BYTES;
    expect(await records.read(found(), 0, BYTES.length)).toEqual(BYTES);
    expect(asked).toEqual(['a', 'a']);
  });

  test('of a node that hangs or is gone: the node is avoided and reported', async () => {
    const { records, faults, health } = setUp(() => {
      throw new GatewayTimeout('Nothing came.');
    });
    expect(await records.read(found(), 0, BYTES.length)).toBeUndefined();
    expect(health.isSuspect('a')).toBe(true);
    expect(faults).toMatchObject([{ chunk: CHUNK, node: 'a', kind: 'unreachable' }]);
  });

  test.each([
    ['missing', new NotFound('None here.', { code: 'chunk-missing' })],
    ['damaged', new BadGateway('Damaged.', { code: 'checksum-mismatch' })],
  ])('of a replica that is %s: its node is not to blame', async (_what, error) => {
    const { records, faults, health } = setUp(() => {
      throw error;
    });
    expect(await records.read(found(), 0, BYTES.length)).toBeUndefined();
    expect(health.isSuspect('a')).toBe(false);
    expect(faults).toEqual([]);
  });

  test.each([
    ['in several extents', found([EXTENT, EXTENT])],
    ['in none', found([])],
    ['in a long one', found([{ ...EXTENT, length: BATCHED_READ_BYTES + 1 }])],
    ['of which no replica is known', found([EXTENT], [])],
  ])('%s are read another way', async (_what, object) => {
    const { records, asked } = setUp(() => BYTES);
    expect(await records.read(object, 0, object.content.size)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
