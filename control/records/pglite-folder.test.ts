import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeDisk } from '../../common/disk/index.ts';
import { loadMigrations, migrate } from './migrations.ts';
import { PgliteRecords } from './pglite-records.ts';
import type { Records } from './records.ts';
import { silentLogger, TestRecordsPlace } from './test-records.ts';

async function open(folder: string, bootId = 'boot-1'): Promise<Records> {
  const records = await PgliteRecords.open({ folder, disk: nodeDisk, logger: silentLogger, bootId });
  await migrate(records, await loadMigrations(), silentLogger);
  return records;
}

async function mark(records: Records): Promise<void> {
  await records.query('UPDATE view_state SET height = 7');
}

async function height(records: Records): Promise<unknown> {
  return (await records.query('SELECT height FROM view_state'))[0];
}

describe.skipIf(process.env.BRAMBLE_TEST_DATABASE_URL)('a PGlite folder', () => {
  test('that was closed is opened again under any boot of the machine', async () => {
    await using place = await TestRecordsPlace.create();
    const records = await open(place.folder);
    await mark(records);
    await records[Symbol.asyncDispose]();
    await using again = await open(place.folder, 'boot-2');
    expect(await height(again)).toEqual({ height: 7 });
  });

  test('that was open when the machine went down is rebuilt', async () => {
    await using place = await TestRecordsPlace.create();
    const records = await open(place.folder, 'boot-1');
    await mark(records);
    await records[Symbol.asyncDispose]();
    await writeFile(join(place.folder, 'pglite.json'), JSON.stringify({ bootId: 'boot-1', isClosed: false }));
    {
      await using sameBoot = await open(place.folder, 'boot-1');
      expect(await height(sameBoot)).toEqual({ height: 7 });
    }
    await writeFile(join(place.folder, 'pglite.json'), JSON.stringify({ bootId: 'boot-1', isClosed: false }));
    await using nextBoot = await open(place.folder, 'boot-2');
    expect(await height(nextBoot)).toEqual({ height: 0 });
  });

  test('that was not made to the end is made anew', async () => {
    await using place = await TestRecordsPlace.create();
    await rm(place.folder, { recursive: true });
    await mkdir(join(place.folder, 'pglite', 'base'), { recursive: true });
    await writeFile(join(place.folder, 'pglite', 'PG_VERSION'), '18');
    await using records = await open(place.folder);
    expect(await height(records)).toEqual({ height: 0 });
  });

  test('that cannot be opened is set aside and made anew', async () => {
    await using place = await TestRecordsPlace.create();
    await writeFile(join(place.folder, 'pglite', 'global', 'pg_control'), Buffer.alloc(8192, 0x5a));
    await using records = await open(place.folder);
    expect(await height(records)).toEqual({ height: 0 });
    const aside = join(place.folder, 'pglite.unreadable', 'global', 'pg_control');
    expect((await readFile(aside)).subarray(0, 4)).toEqual(Buffer.alloc(4, 0x5a));
  });
});
