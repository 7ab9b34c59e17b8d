import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../common/clock/index.ts';
import { SimulatedDisk } from '../../common/disk/index.ts';
import { appendEach, command, FOLDER, openTestLog } from './test-log.ts';
import { verifyLog } from './verify-log.ts';

describe('a full disk', () => {
  test('the log goes on in its reserve, then refuses, and works again when there is room', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk);
    await appendEach(log, 'before');
    disk.capacityBytes = disk.usedBytes;
    const data = 'x'.repeat(500);
    let taken = 0;
    const refusal = await (async () => {
      for (;;) {
        try {
          await log.append(command(`full-${taken}`, data));
          taken += 1;
        } catch (error) {
          return error;
        }
      }
    })();
    expect(refusal).toMatchObject({ code: 'log-disk-full', status: 507 });
    expect(taken).toBeGreaterThan(4);
    await expect(log.append(command('still', data))).rejects.toMatchObject({ code: 'log-disk-full' });

    disk.capacityBytes = disk.usedBytes + 2 ** 20;
    expect((await log.append(command('after', data))).height).toBe(taken + 2);
    expect(await verifyLog({ disk, folder: FOLDER })).toMatchObject({ ok: true, entries: taken + 2 });
    expect(view.applied.at(-1)).toEqual({ height: taken + 2, requestId: 'after' });
  });

  test('a segment that is full goes on when there is no room for a new one', async () => {
    const disk = new SimulatedDisk();
    const { log } = await openTestLog(disk, { segmentBytes: 1_000 });
    await appendEach(log, 'a', 'b', 'c', 'd');
    disk.capacityBytes = disk.usedBytes;
    await appendEach(log, 'e', 'f', 'g', 'h', 'i', 'j');
    disk.capacityBytes = 2 ** 30;
    await appendEach(log, 'k', 'l');
    expect(await verifyLog({ disk, folder: FOLDER })).toMatchObject({ ok: true, entries: 12 });
  });
});

test('a restart on a full disk keeps the reserve', async () => {
  const disk = new SimulatedDisk();
  const { log, view } = await openTestLog(disk);
  await appendEach(log, 'before');
  disk.capacityBytes = disk.usedBytes;
  const again = await openTestLog(disk, { views: [view] });
  await appendEach(again.log, 'a', 'b', 'c');
  expect(view.applied.map(({ requestId }) => requestId)).toEqual(['before', 'a', 'b', 'c']);
  expect(await verifyLog({ disk, folder: FOLDER })).toMatchObject({ ok: true, entries: 4 });
});

describe('a failing disk', () => {
  test('after a failed sync nothing more is taken, even when the disk seems well again', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk);
    await appendEach(log, 'good');
    disk.failSyncs('EIO');
    await expect(log.append(command('lost'))).rejects.toMatchObject({ code: 'log-failed', status: 503 });
    disk.failSyncs(undefined);
    await expect(log.append(command('later'))).rejects.toMatchObject({ code: 'log-failed' });
    expect(log.failure).toMatchObject({ code: 'log-failed' });
    expect(view.applied.map(({ requestId }) => requestId)).toEqual(['good']);

    const again = await openTestLog(disk.cutPower('lost'), { views: [view] });
    expect(again.log.height).toBe(1);
    expect((await again.log.append(command('after'))).height).toBe(2);
  });

  test('a full disk that is noticed only at the sync counts as a failed one', async () => {
    const disk = new SimulatedDisk();
    const { log } = await openTestLog(disk);
    disk.failSyncs('ENOSPC');
    await expect(log.append(command('a'))).rejects.toMatchObject({ code: 'log-failed' });
  });
});

describe('a failing view', () => {
  test('is tried again for a while, in order', async () => {
    const clock = new ManualClock();
    const { log, view } = await openTestLog(new SimulatedDisk(), { clock });
    let failures = 2;
    view.onApply = async () => {
      if (failures-- > 0) throw new Error('The database restarts.');
    };
    const appended = Promise.all([log.append(command('a')), log.append(command('b'))]);
    await advanceUntil(clock, appended);
    expect(view.applied.map(({ requestId }) => requestId)).toEqual(['a', 'b']);
  });

  test('that stays so ends the log, and the command is applied at the next start', async () => {
    const clock = new ManualClock();
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk, { clock });
    view.onApply = async () => {
      throw new Error('The database is gone.');
    };
    const appended = log.append(command('a')).catch((error: unknown) => error);
    expect(await advanceUntil(clock, appended)).toMatchObject({ code: 'view-failed' });
    await expect(log.append(command('b'))).rejects.toMatchObject({ code: 'view-failed' });
    view.onApply = async () => undefined;
    await log[Symbol.asyncDispose]();
    await openTestLog(disk, { views: [view] });
    expect(view.applied).toEqual([{ height: 1, requestId: 'a' }]);
  });

  test('that lost only its answer is not applied again, and the caller is told', async () => {
    const { log, view } = await openTestLog(new SimulatedDisk());
    view.onApply = async (height) => {
      view.height = height;
      throw new Error('The connection broke behind the commit.');
    };
    await expect(log.append(command('a'))).rejects.toMatchObject({ code: 'outcome-unknown' });
    view.onApply = async () => undefined;
    expect((await log.append(command('b'))).height).toBe(2);
  });
});

async function advanceUntil<Value>(clock: ManualClock, promise: Promise<Value>): Promise<Value> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  promise.then(done, done);
  for (let turn = 0; turn < 1_000 && !isDone; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
  }
  return promise;
}
