import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeDisk } from './node-disk.ts';
import { sliceRun, wholePages } from './piece-run.ts';

const KIB = 1024;

/** Bytes that differ from page to page and from offset to offset. */
function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >>> 12) * 7 + seed) & 0xff;
  return bytes;
}

function cut(bytes: Buffer, pieceBytes: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
}

async function inFolder(task: (folder: string) => Promise<void>): Promise<void> {
  // Not in memory: there, no write is direct.
  const folder = await mkdtemp(join(tmpdir(), 'bramble-disk-'));
  try {
    await task(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('large writes', () => {
  test('that begin and end within pages leave exactly their bytes, one behind the other', async () => {
    await inFolder(async (folder) => {
      await using file = await nodeDisk.open(join(folder, 'chunk'), 'create');
      const lengths = [100, 300 * KIB, 4096 * KIB + 1024, 17, 260 * KIB + 3, 9000 * KIB + 5, 64];
      const all = pattern(
        lengths.reduce((sum, length) => sum + length, 0),
        1,
      );
      let at = 0;
      for (const length of lengths) {
        await file.write(cut(all.subarray(at, at + length), 65_552), at);
        at += length;
      }
      await file.sync();
      const read = Buffer.alloc(all.length + 1);
      expect(await file.read(read, 0)).toBe(all.length);
      expect(read.subarray(0, all.length).equals(all)).toBe(true);
      expect(await file.size()).toBe(all.length);
    });
  });

  test('that come side by side, more than there are buffers for and the last ones first, all arrive', async () => {
    await inFolder(async (folder) => {
      await using file = await nodeDisk.open(join(folder, 'chunk'), 'create');
      const segment = 1024 * KIB + 256;
      const all = pattern(segment * 12, 2);
      const places = Array.from({ length: 12 }, (_, index) => (11 - index) * segment);
      await Promise.all(places.map((at) => file.write(cut(all.subarray(at, at + segment), 65_552), at)));
      const read = Buffer.alloc(all.length);
      expect(await file.read(read, 0)).toBe(all.length);
      expect(read.equals(all)).toBe(true);
    });
  });

  test('over bytes that were read before are read anew, also under another name', async () => {
    await inFolder(async (folder) => {
      const [before, after] = [join(folder, 'open'), join(folder, 'sealed')];
      await using file = await nodeDisk.open(before, 'create');
      await file.write([pattern(2048 * KIB, 3)], 0);
      const read = Buffer.alloc(2048 * KIB);
      await file.read(read, 0);
      await nodeDisk.rename(before, after);
      const anew = pattern(1024 * KIB, 4);
      await file.write([anew], 512 * KIB + 10);
      await using reader = await nodeDisk.open(after, 'read');
      await reader.read(read, 0);
      expect(read.subarray(512 * KIB + 10, 1536 * KIB + 10).equals(anew)).toBe(true);
      expect(read.subarray(0, 512 * KIB + 10).equals(pattern(512 * KIB + 10, 3))).toBe(true);
    });
  });
});

describe('runs of pieces', () => {
  test('any slice is the same bytes as of the pieces joined', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.nat(100), fc.nat(100), (pieces, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const joined = Buffer.concat(pieces);
        expect(Buffer.concat(sliceRun(pieces, from, to)).equals(joined.subarray(from, to))).toBe(true);
      }),
    );
  });

  test('whole pages begin and end at pages, and nothing more of them lies around', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (position, length) => {
        const { from, to } = wholePages(position, length, 4096);
        expect(from).toBeLessThanOrEqual(to);
        expect(to).toBeLessThanOrEqual(length);
        if (from === to) return;
        expect((position + from) % 4096).toBe(0);
        expect((position + to) % 4096).toBe(0);
        expect(Math.max(from, length - to)).toBeLessThan(4096);
      }),
    );
  });
});
