import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PowerCut, SimulatedDisk } from '../../common/disk/index.ts';
import { scanChain } from './chain-scan.ts';
import type { Segment } from './segment.ts';
import { appendEach, command, FOLDER, openTestLog } from './test-log.ts';
import { TestView } from './test-view.ts';
import { verifyLog } from './verify-log.ts';

const small = { segmentBytes: 1_500, aheadBytes: 2_048, reserveBytes: 512 };

/** A log of `count` entries over several segments that was not closed, with the view that applied them. */
async function writtenLog(count: number, seed = 1) {
  const disk = new SimulatedDisk({ seed });
  const { log, view } = await openTestLog(disk, small);
  await appendEach(log, ...Array.from({ length: count }, (_, n) => `id-${n}`));
  const { segments } = await scanChain({ disk, folder: FOLDER });
  return { disk, view, segments };
}

/** The log on the disk, opened with a view that has what `view` has. */
function reopen(disk: SimulatedDisk, view: TestView) {
  const same = new TestView(disk);
  same.height = view.height;
  same.applied = [...view.applied];
  return openTestLog(disk, { ...small, views: [same] });
}

const lastOf = (segments: Segment[]): Segment => {
  const last = segments.at(-1);
  if (!last) throw new Error('There is no segment.');
  return last;
};

async function overwrite(disk: SimulatedDisk, path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await disk.replaceFile(path, change(await disk.readFile(path)));
}

describe('damage', () => {
  test('a flipped bit anywhere in what was written refuses the start, with file, offset and advice', async () => {
    const { disk, view, segments } = await writtenLog(25);
    const places = segments.flatMap(({ path, end }) => Array.from({ length: end }, (_, offset) => ({ path, offset })));
    expect(segments.length).toBeGreaterThan(2);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.nat(7), async ({ path, offset }, bit) => {
        disk.flipBit(path, offset, bit);
        try {
          const refused = await reopen(disk, view).then(
            () => undefined,
            (error: unknown) => error,
          );
          expect(refused).toMatchObject({
            code: 'log-corrupt',
            message: expect.stringMatching(/offset \d+.*Restore this file/),
          });
          expect(await verifyLog({ disk, folder: FOLDER, durableHeight: view.height })).toMatchObject({ ok: false });
        } finally {
          disk.flipBit(path, offset, bit);
        }
      }),
      { numRuns: 400 },
    );
    const { log } = await reopen(disk, view);
    expect(log.height).toBe(25);
  });

  test('every byte of the last entry matters once a view has applied it', async () => {
    const { disk, view, segments } = await writtenLog(5);
    const { path, end, lastHeight } = lastOf(segments);
    const { points } = lastOf(segments);
    expect(lastHeight).toBe(5);
    for (let offset = points[0]?.offset ?? 0; offset < end; offset++) {
      disk.flipBit(path, offset, offset % 8);
      await expect(reopen(disk, view)).rejects.toMatchObject({ code: 'log-corrupt', file: path });
      disk.flipBit(path, offset, offset % 8);
    }
  });

  test('a broken record with whole ones behind it is damage, even when no view has applied any', async () => {
    const { disk, segments } = await writtenLog(6);
    const last = lastOf(segments);
    expect(last.lastHeight - last.firstHeight).toBeGreaterThan(0);
    disk.flipBit(last.path, (last.points[0]?.offset ?? 0) + 40, 0);
    await expect(openTestLog(disk, small)).rejects.toMatchObject({
      code: 'log-corrupt',
      message: expect.stringContaining('a whole record follows'),
    });
  });

  test('every byte of the last entry matters once the log was closed, even when the view was thrown away', async () => {
    const disk = new SimulatedDisk();
    const { log } = await openTestLog(disk, small);
    await appendEach(log, 'a', 'b');
    await log[Symbol.asyncDispose]();
    const { path, end } = lastOf((await scanChain({ disk, folder: FOLDER })).segments);
    disk.flipBit(path, end - 1, 0);
    await expect(openTestLog(disk, small)).rejects.toMatchObject({ code: 'log-corrupt', file: path });
  });

  test('nothing is changed by a refused start', async () => {
    const { disk, view, segments } = await writtenLog(10);
    const { path } = lastOf(segments);
    disk.flipBit(path, 100, 0);
    const before = await disk.readFile(path);
    await expect(reopen(disk, view)).rejects.toMatchObject({ code: 'log-corrupt' });
    expect(await disk.readFile(path)).toEqual(before);
  });

  test('a missing segment is named, whether it is the first, a middle one or the last', async () => {
    for (const place of [0, 1, -1]) {
      const { disk, view, segments } = await writtenLog(25);
      const missing = segments.at(place);
      await disk.remove(missing?.path ?? '');
      await expect(reopen(disk, view)).rejects.toMatchObject({
        code: 'log-corrupt',
        message: expect.stringMatching(/missing/),
      });
    }
  });

  test('a segment of another log, or under another name, is refused', async () => {
    const { disk, view, segments } = await writtenLog(25);
    const [first, second] = segments;
    const foreign = await writtenLog(25, 2);
    await overwrite(disk, second?.path ?? '', () => Buffer.from(''));
    await expect(reopen(disk, view)).rejects.toMatchObject({ code: 'log-corrupt' });
    const other = await foreign.disk.readFile(second?.path ?? '');
    await overwrite(disk, second?.path ?? '', () => other);
    await expect(reopen(disk, view)).rejects.toMatchObject({ code: 'log-corrupt', file: second?.path });
    const own = await disk.readFile(first?.path ?? '');
    await overwrite(disk, second?.path ?? '', () => own);
    await expect(reopen(disk, view)).rejects.toMatchObject({ code: 'log-corrupt', file: second?.path });
  });

  test('a log that is shorter than what a view has applied is refused', async () => {
    const { disk, view, segments } = await writtenLog(4);
    const last = lastOf(segments);
    const start = last.points[0]?.offset ?? 0;
    await overwrite(disk, last.path, (bytes) => bytes.subarray(0, start));
    await expect(reopen(disk, view)).rejects.toMatchObject({
      code: 'log-corrupt',
      message: expect.stringContaining('the end of the log is missing'),
    });
  });
});

describe('a torn tail', () => {
  test('a cut at any byte of an entry that nobody applied yet is cut at the last whole entry, and the log goes on', async () => {
    const { disk, segments } = await writtenLog(3);
    const { path, end } = lastOf(segments);
    const whole = await disk.readFile(path);
    const scan = await scanChain({ disk, folder: FOLDER });
    const lengths = Array.from({ length: end }, (_, length) => length).filter(
      (length) => length >= startOfLast(whole, end),
    );
    expect(scan.head.height).toBe(3);
    expect(lengths.length).toBeGreaterThan(100);
    for (const length of lengths) {
      await overwrite(disk, path, () => whole.subarray(0, length));
      const fresh = await openTestLog(disk, small);
      expect(fresh.log.height).toBe(2);
      expect((await fresh.log.append(command('next'))).height).toBe(3);
      expect(await verifyLog({ disk, folder: FOLDER })).toMatchObject({ ok: true, entries: 3 });
    }
  });

  test('bytes of a user that look like a record do not make a torn tail look like damage', async () => {
    const { disk, segments } = await writtenLog(1);
    const { path, end } = lastOf(segments);
    const record = (await disk.readFile(path)).subarray(72, end);
    const other = new SimulatedDisk({ seed: 9 });
    const { log } = await openTestLog(other, small);
    await log.append(command('a'));
    await log.append(command('carrier', Buffer.concat([Buffer.alloc(50), record, Buffer.alloc(50)])));
    const tail = lastOf((await scanChain({ disk: other, folder: FOLDER })).segments);
    await overwrite(other, tail.path, (bytes) => bytes.subarray(0, tail.end - 1));
    expect((await openTestLog(other, small)).log.height).toBe(1);
  });
});

/** Where the last of the records that end at `end` begins; records are found by their lengths. */
function startOfLast(bytes: Buffer, end: number): number {
  let start = 72;
  for (let at = start; at < end; at += 12 + bytes.readUInt32LE(at)) start = at;
  return start;
}

describe('power cuts', () => {
  test('after a power cut at any moment every answered command is there and the chain verifies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2 ** 31),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 4 }),
        fc.constantFrom<PowerCut>('lost', 'torn'),
        fc.boolean(),
        async (seed, cuts, cut, viewSurvives) => {
          let disk = new SimulatedDisk({ seed });
          let view = new TestView(disk);
          const answered = new Set<string>();
          for (const [round, operations] of cuts.entries()) {
            disk.losePowerAfter(operations);
            await useUntilPowerCut(disk, view, `${round}`, answered);
            disk = disk.cutPower(cut);
            const next = new TestView(disk);
            if (viewSurvives) Object.assign(next, { height: view.height, applied: [...view.applied] });
            view = next;
          }
          const { log } = await openTestLog(disk, { ...small, views: [view] });
          const kept = new Set(view.applied.map(({ requestId }) => requestId));
          expect([...answered].filter((id) => !kept.has(id))).toEqual([]);
          expect(kept.size).toBe(view.applied.length);
          expect((await log.append(command('after'))).value).toBe('after');
          expect(await verifyLog({ disk, folder: FOLDER })).toMatchObject({ ok: true, head: { height: log.height } });
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Appends from four clients until nothing works any more. */
async function useUntilPowerCut(
  disk: SimulatedDisk,
  view: TestView,
  round: string,
  answered: Set<string>,
): Promise<void> {
  const opened = await openTestLog(disk, { ...small, views: [view] }).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'EIO' });
    return undefined;
  });
  if (!opened) return;
  const client = async (name: string) => {
    for (let n = 0; n < 100; n++) {
      const id = `${round}-${name}-${n}`;
      const isTaken = await opened.log.append(command(id, 'x'.repeat(n * 3))).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ status: 503 });
          return false;
        },
      );
      if (!isTaken) return;
      answered.add(id);
    }
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(client));
}

describe('replay', () => {
  test('a view that is behind gets what it misses, once, before the log is open', async () => {
    const { disk, view } = await writtenLog(20);
    const behind = new TestView(disk);
    behind.height = 12;
    await openTestLog(disk, { ...small, views: [behind] });
    expect(behind.applied).toEqual(view.applied.slice(12));
  });

  test('a command that no view knows refuses the start', async () => {
    const { disk } = await writtenLog(3);
    const opened = openTestLog(disk, { ...small, views: [new TestView(disk, 'old', 'old.')] });
    await expect(opened).rejects.toMatchObject({ message: expect.stringContaining('written by a newer version') });
  });

  test('leftovers of a segment that was never finished are no hindrance', async () => {
    const { disk, view, segments } = await writtenLog(10);
    await disk.replaceFile(join(FOLDER, '0000000000000011.log.new'), Buffer.from('half'));
    const { log } = await reopen(disk, view);
    await appendEach(log, ...Array.from({ length: 30 }, (_, n) => `more-${n}`));
    expect(await log.verify()).toMatchObject({ ok: true, entries: 40 });
    expect((await scanChain({ disk, folder: FOLDER })).segments.length).toBeGreaterThan(segments.length);
  });
});
