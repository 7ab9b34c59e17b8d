import { describe, expect, test } from 'vitest';
import { SimulatedDisk } from '../../common/disk/index.ts';
import type { Entry } from './command-log.ts';
import { NO_HASH } from './entry-codec.ts';
import { appendEach, command, FOLDER, openTestLog } from './test-log.ts';
import { TestView } from './test-view.ts';
import { verifyLog } from './verify-log.ts';

async function collect(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

const idsOf = (entries: Entry[]) => entries.flatMap((entry) => entry.commands.map(({ requestId }) => requestId));

describe('appending', () => {
  test('an append answers what the view answered, when it is durable and applied', async () => {
    const { log, view } = await openTestLog(new SimulatedDisk());
    expect(await log.append(command('one'))).toEqual({ height: 1, value: 'one' });
    expect(await log.append(command('two'))).toEqual({ height: 2, value: 'two' });
    expect(view.applied).toEqual([
      { height: 1, requestId: 'one' },
      { height: 2, requestId: 'two' },
    ]);
  });

  test('commands that arrive while an entry is written share the next one', async () => {
    const disk = new SimulatedDisk();
    const { log, registry } = await openTestLog(disk);
    const release = disk.holdSyncs();
    const first = log.append(command('first'));
    await Promise.resolve().then(() => Promise.resolve());
    const others = ['a', 'b', 'c'].map((id) => log.append(command(id)));
    release();
    expect((await first).height).toBe(1);
    expect((await Promise.all(others)).map(({ height }) => height)).toEqual([2, 2, 2]);
    expect(await registry.getSingleMetricAsString('bramble_log_commands_total')).toContain('total 4');
    expect(await registry.getSingleMetricAsString('bramble_log_entries_total')).toContain('total 2');
  });

  test('nothing is answered before it is synced', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk);
    const release = disk.holdSyncs();
    let isAnswered = false;
    const appended = log.append(command('one')).then(() => {
      isAnswered = true;
    });
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(isAnswered).toBe(false);
    expect(view.applied).toEqual([]);
    release();
    await appended;
    expect(isAnswered).toBe(true);
  });

  test('the next entry is written while the views still apply the one before, and they apply in order', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk);
    const gate = Promise.withResolvers<void>();
    view.onApply = async (height) => (height === 1 ? gate.promise : undefined);
    const first = log.append(command('one'));
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    const second = log.append(command('two'));
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(log.height).toBe(2);
    expect(view.applied).toEqual([]);
    gate.resolve();
    await Promise.all([first, second]);
    expect(view.applied.map(({ requestId }) => requestId)).toEqual(['one', 'two']);
  });

  test('a view that is slow does not hold up the other one', async () => {
    const disk = new SimulatedDisk();
    const slow = new TestView(disk, 'slow', 'slow.');
    const quick = new TestView(disk, 'quick', 'quick.');
    const { log } = await openTestLog(disk, { views: [slow, quick] });
    const gate = Promise.withResolvers<void>();
    slow.onApply = () => gate.promise;
    const waiting = log.append(command('s', {}, 'slow.do'));
    expect((await log.append(command('q', {}, 'quick.do'))).value).toBe('q');
    gate.resolve();
    expect((await waiting).value).toBe('s');
  });

  test("a command that its view refuses rejects with the view's error and harms no other", async () => {
    const { log, view } = await openTestLog(new SimulatedDisk());
    const refused = log.append(command('no', { refuse: true }));
    const taken = log.append(command('yes'));
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
    expect((await taken).height).toBe(1);
    expect(view.applied.map(({ requestId }) => requestId)).toEqual(['yes']);
  });

  test('a command that no view knows is refused and not written', async () => {
    const { log } = await openTestLog(new SimulatedDisk());
    await expect(log.append(command('x', {}, 'other.do'))).rejects.toMatchObject({ code: 'unknown-command' });
    expect(log.height).toBe(0);
  });

  test('a view applies what is stored, not what the caller still holds', async () => {
    const disk = new SimulatedDisk();
    const { log, view } = await openTestLog(disk);
    const changed = command('before');
    const appended = log.append(changed);
    changed.requestId = 'after';
    expect((await appended).value).toBe('before');
    expect(view.applied).toEqual([{ height: 1, requestId: 'before' }]);
  });

  test('beyond the bound of waiting commands an append is refused, and taken again later', async () => {
    const disk = new SimulatedDisk();
    const { log } = await openTestLog(disk, { limits: { waitingCommands: 3 } });
    const release = disk.holdSyncs();
    const taken = ['a', 'b', 'c'].map((id) => log.append(command(id)));
    await expect(log.append(command('d'))).rejects.toMatchObject({ code: 'log-busy', status: 503 });
    release();
    await Promise.all(taken);
    expect((await log.append(command('d'))).value).toBe('d');
  });

  test('an entry never holds more commands or bytes than its bounds', async () => {
    const { log } = await openTestLog(new SimulatedDisk(), { limits: { entryCommands: 10, entryBytes: 4000 } });
    const data = { padding: 'x'.repeat(700) };
    await Promise.all(Array.from({ length: 25 }, (_, n) => log.append(command(`small-${n}`))));
    await Promise.all(Array.from({ length: 25 }, (_, n) => log.append(command(`large-${n}`, data))));
    const counts = (await collect(log.read(1))).map((entry) => entry.commands.length);
    expect(counts.slice(0, 3)).toEqual([10, 10, 5]);
    expect(Math.max(...counts.slice(3))).toBeLessThanOrEqual(5);
    expect(counts.reduce((sum, count) => sum + count)).toBe(50);
  });

  test('a command that is too large for an entry is refused', async () => {
    const { log } = await openTestLog(new SimulatedDisk());
    const huge = command('huge', Buffer.alloc(9 * 2 ** 20));
    await expect(log.append(huge)).rejects.toMatchObject({ code: 'too-large' });
  });

  test('a log that is closed takes nothing more, after it has answered what it took', async () => {
    const { log } = await openTestLog(new SimulatedDisk());
    const taken = log.append(command('last'));
    await log[Symbol.asyncDispose]();
    expect((await taken).value).toBe('last');
    await expect(log.append(command('late'))).rejects.toMatchObject({ code: 'stopping' });
  });
});

describe('reading', () => {
  test('entries are chained by their hashes, from zeros on', async () => {
    const { log } = await openTestLog(new SimulatedDisk());
    await appendEach(log, 'a', 'b', 'c');
    const entries = await collect(log.read(1));
    expect(entries.map(({ height }) => height)).toEqual([1, 2, 3]);
    expect(Buffer.from(entries[0]?.prev ?? []).equals(NO_HASH)).toBe(true);
    expect(entries[1]?.prev).toEqual(entries[0]?.hash);
    expect(entries[2]?.prev).toEqual(entries[1]?.hash);
  });

  test('after a restart the same entries are there, over many segments, forwards and backwards', async () => {
    const disk = new SimulatedDisk();
    const ids = Array.from({ length: 300 }, (_, n) => `id-${n}`);
    const before = await openTestLog(disk, { segmentBytes: 5_000 });
    await appendEach(before.log, ...ids);
    await before.log[Symbol.asyncDispose]();
    const { log } = await openTestLog(disk, { segmentBytes: 5_000 });
    expect((await disk.list(FOLDER)).length).toBeGreaterThan(5);
    expect(idsOf(await collect(log.read(1)))).toEqual(ids);
    expect(idsOf(await collect(log.read(290)))).toEqual(ids.slice(289));
    expect(idsOf(await collect(log.readBackwards()))).toEqual(ids.toReversed());
    expect(idsOf(await collect(log.readBackwards(12)))).toEqual(ids.slice(0, 12).toReversed());
  });

  test('a subscriber gets the old entries, then each new one once it is applied, until it is aborted', async () => {
    const { log } = await openTestLog(new SimulatedDisk());
    await appendEach(log, 'a', 'b');
    const abort = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const entry of log.subscribe(2, abort.signal)) {
        seen.push(...idsOf([entry]));
        if (seen.length === 3) abort.abort();
      }
    })();
    await appendEach(log, 'c', 'd', 'e');
    await following;
    expect(seen).toEqual(['b', 'c', 'd']);
  });

  test('verifying walks the chain of a log in use', async () => {
    const disk = new SimulatedDisk();
    const { log } = await openTestLog(disk);
    await appendEach(log, 'a', 'b', 'c');
    const release = disk.holdSyncs();
    const inFlight = log.append(command('d'));
    expect(await log.verify()).toMatchObject({ ok: true, entries: 3, head: { height: 3 } });
    release();
    await inFlight;
    expect(await verifyLog({ disk, folder: FOLDER })).toMatchObject({ ok: true, entries: 4, head: { height: 4 } });
  });
});
