import { describe, expect, test } from 'vitest';
import { hashOf, loadMigrations, migrate } from './migrations.ts';
import { silentLogger, TestRecordsPlace } from './test-records.ts';

describe('the records engine', () => {
  test('gives the same JavaScript values, whichever engine it is', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    await records.script(`CREATE TABLE probe (big int8, small int4, bytes bytea, doc jsonb, plain json, at timestamptz,
      words text[], flag boolean, exact numeric, note text)`);
    const at = new Date('2026-01-31T12:00:00.123Z');
    const insert = 'INSERT INTO probe VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)';
    await records.query(insert, [
      2n ** 60n,
      7,
      new Uint8Array([0, 255]),
      { q: [1] },
      'text',
      at,
      ['a', 'b"'],
      true,
      '1.50',
      null,
    ]);
    await records.query(insert, [5, 0, new Uint8Array(0), ['l'], { a: null }, at, [], false, '2', '']);
    const rows = await records.query('SELECT * FROM probe');
    expect(rows).toEqual([
      {
        big: 2n ** 60n,
        small: 7,
        bytes: new Uint8Array([0, 255]),
        doc: { q: [1] },
        plain: 'text',
        at,
        words: ['a', 'b"'],
        flag: true,
        exact: '1.50',
        note: null,
      },
      {
        big: 5,
        small: 0,
        bytes: new Uint8Array(0),
        doc: ['l'],
        plain: { a: null },
        at,
        words: [],
        flag: false,
        exact: '2',
        note: '',
      },
    ]);
    expect(await records.query('SELECT count(*) FROM probe')).toEqual([{ count: 2 }]);
  });

  test('rolls a transaction back as a whole when its work throws', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    await records.script('CREATE TABLE probe (n int)');
    const work = records.transaction(async (sql) => {
      await sql.query('INSERT INTO probe VALUES (1)');
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await records.query('SELECT * FROM probe')).toEqual([]);
  });

  test('goes on inside a transaction after a refused statement was rolled back to a savepoint', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    await records.script('CREATE TABLE probe (n int)');
    await records.transaction(async (sql) => {
      await sql.query('INSERT INTO probe VALUES (1)');
      const part = sql.savepoint(async (inner) => {
        await inner.query('INSERT INTO probe VALUES (7)');
        await inner.query('SELECT 1 / 0');
      });
      await expect(part).rejects.toMatchObject({ code: '22012' });
      await sql.query('INSERT INTO probe VALUES (2)');
    });
    expect(await records.query('SELECT n FROM probe ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  });
});

describe('migrations', () => {
  test('are applied once and stay applied', async () => {
    await using place = await TestRecordsPlace.create();
    const migrations = await loadMigrations();
    for (let start = 0; start < 2; start += 1) {
      await using records = await place.open();
      const rows = await records.query('SELECT number, hash FROM migrations ORDER BY number');
      expect(rows).toEqual(migrations.map(({ number, hash }) => ({ number, hash })));
    }
  });

  test('one that was changed after it was applied is refused, and nothing is touched', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const migrations = await loadMigrations();
    const changed = migrations.map((migration) =>
      migration.number === 2 ? { ...migration, hash: hashOf('something else') } : migration,
    );
    const more = { number: changed.length + 1, name: 'more', text: 'CREATE TABLE more (n int)', hash: hashOf('more') };
    await expect(migrate(records, [...changed, more], silentLogger)).rejects.toMatchObject({
      code: 'migration-changed',
    });
    expect(await records.query(`SELECT to_regclass('bramble.more') AS found`)).toEqual([{ found: null }]);
  });

  test('a database of a newer version is refused', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const older = (await loadMigrations()).slice(0, -1);
    await expect(migrate(records, older, silentLogger)).rejects.toMatchObject({ code: 'database-newer' });
  });

  test('two that start at the same moment apply them one after the other', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const migrations = await loadMigrations();
    const text = 'CREATE TABLE bramble.more (n int)';
    const more = [...migrations, { number: migrations.length + 1, name: 'more', text, hash: hashOf(text) }];
    await Promise.all([migrate(records, more, silentLogger), migrate(records, more, silentLogger)]);
    expect(await records.query('SELECT count(*) FROM migrations')).toEqual([{ count: more.length }]);
  });

  test('one that fails leaves no half of itself', async () => {
    await using place = await TestRecordsPlace.create();
    await using records = await place.open();
    const migrations = await loadMigrations();
    const text = 'CREATE TABLE half (n int); SELECT 1 / 0';
    const broken = { number: migrations.length + 1, name: 'broken', text, hash: hashOf(text) };
    await expect(migrate(records, [...migrations, broken], silentLogger)).rejects.toThrow('division by zero');
    expect(await records.query(`SELECT to_regclass('bramble.half') AS found`)).toEqual([{ found: null }]);
    expect(await records.query('SELECT count(*) FROM migrations')).toEqual([{ count: migrations.length }]);
  });
});

test.runIf(process.env.BRAMBLE_TEST_DATABASE_URL)(
  'a second control on the same PostgreSQL database is refused',
  async () => {
    await using place = await TestRecordsPlace.create();
    await using first = await place.open();
    await expect(place.open()).rejects.toMatchObject({ code: 'database-in-use' });
    expect(first.engine).toBe('postgresql');
  },
);
