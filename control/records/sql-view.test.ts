import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../common/clock/index.ts';
import type { Records } from './records.ts';
import { SqlView } from './sql-view.ts';
import { addTo, brokenApplier, COUNTER_TABLE, counterApplier, counters } from './test-counter.ts';
import { silentLogger, TestRecordsPlace } from './test-records.ts';

async function openView(records: Records, logIdentity = 'log-1'): Promise<SqlView> {
  await records.script(COUNTER_TABLE);
  const appliers = [counterApplier, brokenApplier];
  return await SqlView.open({ records, appliers, logIdentity, clock: systemClock, logger: silentLogger });
}

describe('the records as a view of the log', () => {
  test('apply an entry and its height together, and remember both over a restart', async () => {
    await using place = await TestRecordsPlace.create();
    {
      await using records = await place.open();
      const view = await openView(records);
      expect(view.appliedHeight()).toBe(0);
      expect(await view.apply(3, [addTo('a', 1), addTo('a', 2)])).toEqual([
        { ok: true, value: 1 },
        { ok: true, value: 3 },
      ]);
    }
    await using records = await place.open();
    const view = await openView(records);
    expect(view.appliedHeight()).toBe(3);
    expect(await counters(records)).toEqual({ a: 3 });
    await expect(view.apply(3, [addTo('a', 1)])).rejects.toThrow('applied already');
  });

  test('a refused command leaves no trace while the others of its entry go on', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const view = await openView(records);
    const outcomes = await view.apply(1, [addTo('a', 1), addTo('b', -5), addTo('c', 1)]);
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true]);
    expect(outcomes[1]).toMatchObject({ error: { code: 'below-zero', status: 409 } });
    expect(await counters(records)).toEqual({ a: 1, c: 1 });
  });

  test('a command that is not of its form, or that the database refuses, is refused and cannot stop the log', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const view = await openView(records);
    const malformed = { ...addTo('a', 1), data: { name: 7 } };
    const broken = { ...addTo('a', 1), type: 'counter.break', data: {} };
    const outcomes = await view.apply(1, [malformed, broken, addTo('a', 1)]);
    expect(outcomes).toMatchObject([
      { ok: false, error: { code: 'invalid-command' } },
      { ok: false, error: { code: 'command-failed', status: 500 } },
      { ok: true, value: 1 },
    ]);
    expect(view.appliedHeight()).toBe(1);
  });

  test('an entry whose COMMIT was not heard of is answered as it was, and not applied again', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const view = await openView(records);
    await view.apply(1, [addTo('a', 1)]);
    // What a lost connection leaves: the database is one entry further than this process knows.
    const other = await openView(records);
    const first = await other.apply(2, [addTo('a', 10), addTo('a', -100)]);
    const again = await view.apply(2, [addTo('a', 10), addTo('a', -100)]);
    expect(again).toMatchObject([
      { ok: true, value: 11 },
      { ok: false, error: { code: 'below-zero' } },
    ]);
    expect(first[0]).toEqual(again[0]);
    expect(await counters(records)).toEqual({ a: 11 });
  });

  test('another writer in the database is noticed before anything is changed', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const view = await openView(records);
    await records.query('UPDATE view_state SET height = 9');
    await expect(view.apply(1, [addTo('a', 1)])).rejects.toMatchObject({ code: 'records-fenced' });
    expect(await counters(records)).toEqual({});
  });

  test('the records of another log are refused', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    await openView(records, 'log-1');
    await expect(openView(records, 'log-2')).rejects.toMatchObject({ code: 'records-of-another-log' });
  });

  test('a snapshot restores every value exactly, its height, and drops what came after', async () => {
    await using place = await TestRecordsPlace.create();
    await using target = await TestRecordsPlace.create();
    const folder = await mkdtemp(join(tmpdir(), 'bramble-snapshot-'));
    try {
      await using records = await place.open();
      const at = new Date('2026-01-31T12:00:00.123Z');
      await records.query('INSERT INTO users VALUES ($1, $2, true, false, $3, false, $4)', [
        'user_1',
        'ann "\\',
        '$x$',
        at,
      ]);
      await records.query('INSERT INTO tokens VALUES ($1, $2, $3, $4, $5, NULL, $6, NULL)', [
        'token_1',
        'user_1',
        'line\nbreak',
        new Uint8Array([0, 10, 255]),
        ['storage:read', '*'],
        at,
      ]);
      const view = await SqlView.open({
        records,
        appliers: [],
        logIdentity: 'log-1',
        clock: systemClock,
        logger: silentLogger,
      });
      await view.apply(41, []);
      await view.snapshot(folder);
      expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toMatchObject({
        format: 1,
        height: 41,
      });

      await using restored = await target.open();
      const copy = await SqlView.open({
        records: restored,
        appliers: [],
        logIdentity: 'log-1',
        clock: systemClock,
        logger: silentLogger,
      });
      let isTold = false;
      copy.onRestore(() => {
        isTold = true;
      });
      await restored.query('INSERT INTO namespaces VALUES ($1, $2)', ['later', at]);
      await copy.restore(folder);
      expect(copy.appliedHeight()).toBe(41);
      expect(isTold).toBe(true);
      for (const table of ['users', 'tokens', 'namespaces', 'migrations']) {
        const columns = table === 'migrations' ? 'number, hash' : '*';
        const [before, after] = await Promise.all(
          [records, restored].map((engine) => engine.query(`SELECT ${columns} FROM ${table}`)),
        );
        expect(after).toEqual(before);
      }
      await copy.apply(42, []);
      expect(copy.appliedHeight()).toBe(42);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test.runIf(process.env.BRAMBLE_TEST_DATABASE_URL)(
  'an entry is applied once though the server ends every connection meanwhile',
  async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const view = await openView(records);
    const admin = postgres(process.env.BRAMBLE_TEST_DATABASE_URL ?? '', { max: 1 });
    try {
      const name = new URL(place.databaseUrl ?? '').pathname.slice(1);
      for (let height = 1; height <= 30; height += 1) {
        const applying = view.apply(height, [addTo('a', 1)]);
        if (height % 3 === 0) {
          await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`;
        }
        expect(await applying).toEqual([{ ok: true, value: height }]);
      }
    } finally {
      await admin.end();
    }
    // A question, unlike an entry, is not asked again by itself, and the last connections may end only now.
    await vi.waitFor(async () => expect(await counters(records)).toEqual({ a: 30 }), { timeout: 10_000 });
  },
);
