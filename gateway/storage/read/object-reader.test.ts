import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { crc32c } from '../../../common/checksum/index.ts';
import { ManualClock } from '../../../common/clock/index.ts';
import type { Extent, FoundObject } from '../../../common/filesystem/index.ts';
import { NodeHealth } from '../master/node-health.ts';
import { readObject } from './object-reader.ts';

const CHUNK = '01890a5d-ac96-774b-bcce-b302099a8057';
const BYTES = Buffer.from('0123456789abcdefghij');
/** Of five bytes each. */
const EXTENTS: Extent[] = [0, 5, 10, 15].map((offset) => ({
  chunk: CHUNK,
  offset,
  length: 5,
  crc32c: crc32c(BYTES.subarray(offset, offset + 5)),
}));

async function readFrom(extents: Extent[], extentsBegin: number | undefined, from: number, to: number) {
  const clock = new ManualClock();
  const found: FoundObject = {
    name: { namespace: 'team', bucket: 'files', key: 'k' },
    content: { size: BYTES.length, etag: 'e', contentType: 'text/plain', headers: {}, extents },
    ...(extentsBegin !== undefined && { extentsBegin }),
    modifiedAt: new Date(0).toISOString(),
    isPublic: false,
    replicas: { [CHUNK]: [{ node: 'a', address: 'a:1' }] },
  };
  const pieces: Buffer[] = [];
  await readObject(
    {
      connection: {
        read: async (_replica, { offset }, begin, end) =>
          Readable.from([BYTES.subarray(offset + begin, offset + end)], { objectMode: false }),
      },
      health: new NodeHealth(clock, 5_000),
      faults: { report: () => undefined },
      clock,
      stallMs: 1_000,
    },
    {
      found,
      from,
      to,
      sink: (piece) => {
        pieces.push(piece);
        return undefined;
      },
      signal: new AbortController().signal,
      lookAgain: () => Promise.reject(new Error('All is known.')),
    },
  );
  return String(Buffer.concat(pieces));
}

test('a part of an object is read alike from all of its extents and from those that hold it', async () => {
  for (const [from, to] of [
    [0, 20],
    [5, 15],
    [7, 13],
    [11, 12],
  ] as const) {
    expect(await readFrom(EXTENTS, undefined, from, to)).toBe(String(BYTES.subarray(from, to)));
  }
  expect(await readFrom(EXTENTS.slice(1, 3), 5, 7, 13)).toBe('789abc');
  expect(await readFrom(EXTENTS.slice(2, 3), 10, 10, 15)).toBe('abcde');
});
