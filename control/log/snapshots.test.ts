import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SimulatedDisk } from '../../common/disk/index.ts';
import { appendEach, command, FOLDER, openTestLog } from './test-log.ts';
import { TestView } from './test-view.ts';
import { verifyLog } from './verify-log.ts';

const SNAPSHOTS = join(FOLDER, 'snapshots');
const small = { segmentBytes: 1_500 };
const ids = (count: number) => Array.from({ length: count }, (_, n) => `id-${n}`);

async function namesIn(disk: SimulatedDisk, folder: string): Promise<string[]> {
  return (await disk.list(folder)).map(({ name }) => name).sort();
}

describe('snapshots', () => {
  test('a view that was thrown away is restored from its snapshot and replays only what came after', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk);
    await appendEach(log, ...ids(10));
    expect(await log.snapshot()).toMatchObject([{ view: 'test', height: 10 }]);
    await appendEach(log, 'after');
    const replayed: number[] = [];
    const fresh = new TestView(disk);
    fresh.onApply = async (height) => {
      replayed.push(height);
    };
    await openTestLog(disk, { views: [fresh] });
    expect(fresh.applied).toEqual(view.applied);
    expect(replayed).toEqual([11]);
  });

  test('old segments are dropped only when every view has a snapshot that stands for them', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk, small);
    await appendEach(log, ...ids(30));
    await expect(log.dropSegmentsBefore(20)).rejects.toMatchObject({ code: 'conflict' });
    await log.snapshot();
    expect(await log.dropSegmentsBefore(20)).toBeGreaterThan(0);
    expect(await log.dropSegmentsBefore(20)).toBe(0);
    await appendEach(log, 'after');
    await expect(log.read(1).next()).rejects.toMatchObject({ code: 'entries-dropped' });
    expect((await log.read(20).next()).value).toMatchObject({ height: 20 });
    expect(await log.verify()).toMatchObject({ ok: true, head: { height: 31 } });
    await log[Symbol.asyncDispose]();

    const fresh = await openTestLog(disk, small);
    expect(fresh.view.applied).toEqual(view.applied);
    expect((await fresh.log.append(command('more'))).height).toBe(32);
  });

  test('a view without commands of its own for long is not taken for one that misses dropped segments', async () => {
    const disk = new SimulatedDisk();
    const busy = new TestView(disk);
    const quiet = new TestView(disk, 'quiet', 'quiet.');
    const { log } = await openTestLog(disk, { ...small, views: [busy, quiet] });
    await log.append(command('q', {}, 'quiet.do'));
    await appendEach(log, ...ids(30));
    await log.snapshot();
    expect(await log.dropSegmentsBefore(30)).toBeGreaterThan(0);
    await log[Symbol.asyncDispose]();
    quiet.restore = async () => {
      throw new Error('It needs no restoring.');
    };
    await openTestLog(disk, { ...small, views: [busy, quiet] });
    expect(quiet.applied).toEqual([{ height: 1, requestId: 'q' }]);
  });

  test('a segment that is lost is not taken for one that was dropped', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk, small);
    await appendEach(log, ...ids(40));
    await log.snapshot();
    await log.dropSegmentsBefore(20);
    await log[Symbol.asyncDispose]();
    const segments = (await namesIn(disk, FOLDER)).filter((name) => name.endsWith('.log'));
    await disk.remove(join(FOLDER, segments[0] ?? ''));
    await expect(openTestLog(disk, { ...small, views: [view] })).rejects.toMatchObject({ code: 'log-corrupt' });
  });

  test('a power cut while segments are dropped leaves a log that opens', async () => {
    for (let operations = 0; operations < 25; operations++) {
      const disk = new SimulatedDisk({ seed: operations });
      const { log, view } = await openTestLog(disk, small);
      await appendEach(log, ...ids(40));
      await log.snapshot();
      disk.losePowerAfter(operations);
      await log.dropSegmentsBefore(30).catch((error: unknown) => expect(error).toMatchObject({ code: 'EIO' }));
      const after = disk.cutPower('torn');
      expect(await verifyLog({ disk: after, folder: FOLDER })).toMatchObject({ ok: true, head: { height: 40 } });
      const reopened = await openTestLog(after, { ...small, views: [view] });
      expect((await reopened.log.append(command('after'))).height).toBe(41);
    }
  });

  test('a power cut while a snapshot is written leaves none, or a whole one', async () => {
    for (let operations = 0; operations < 30; operations++) {
      const disk = new SimulatedDisk({ seed: operations });
      const { log } = await openTestLog(disk);
      await appendEach(log, ...ids(3));
      disk.losePowerAfter(operations);
      await log.snapshot().catch((error: unknown) => expect(error).toMatchObject({ code: 'EIO' }));
      const { view } = await openTestLog(disk.cutPower('torn'));
      expect(view.applied.map(({ requestId }) => requestId)).toEqual(ids(3));
    }
  });

  test('a snapshot that was changed is not restored', async () => {
    const disk = new SimulatedDisk();
    const { log } = await openTestLog(disk);
    await appendEach(log, 'a');
    await log.snapshot();
    disk.flipBit(join(SNAPSHOTS, 'test-1', 'content', 'state.json'), 3, 0);
    await expect(openTestLog(disk)).rejects.toMatchObject({ code: 'log-corrupt' });
  });

  test('are taken by themselves after so many entries, and only the newest are kept', async () => {
    const disk = new SimulatedDisk();
    const { log } = await openTestLog(disk, { snapshotEveryEntries: 10 });
    for (const id of ids(45)) {
      await log.append(command(id));
      if (log.height % 10 === 0) await log.snapshot();
    }
    await log[Symbol.asyncDispose]();
    expect(await namesIn(disk, SNAPSHOTS)).toHaveLength(2);
    const fresh = new TestView(disk);
    await openTestLog(disk, { views: [fresh] });
    expect(fresh.applied.map(({ requestId }) => requestId)).toEqual(ids(45));
  });
});
