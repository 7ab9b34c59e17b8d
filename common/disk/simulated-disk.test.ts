import { describe, expect, test } from 'vitest';
import { SimulatedDisk } from './simulated-disk.ts';

const bytes = (text: string) => Buffer.from(text);

async function diskWith(name: string, content: string): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 7 });
  await disk.makeFolder('/data');
  await disk.replaceFile(`/data/${name}`, bytes(content));
  return disk;
}

describe('the simulated disk', () => {
  test('a power cut loses what was not synced and keeps what was', async () => {
    const disk = await diskWith('a', 'kept');
    const file = await disk.open('/data/a', 'write');
    await file.write([bytes(' lost')], 4);
    expect(`${await disk.readFile('/data/a')}`).toBe('kept lost');
    const after = disk.cutPower('lost');
    expect(`${await after.readFile('/data/a')}`).toBe('kept');
    await expect(file.write([bytes('x')], 0)).rejects.toMatchObject({ code: 'EIO' });
  });

  test('a torn power cut keeps some unsynced bytes, differently by seed, never more than were written', async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const disk = new SimulatedDisk({ seed });
      await disk.makeFolder('/data');
      const file = await disk.open('/data/a', 'create');
      await disk.syncFolder('/data');
      await file.write([new Uint8Array(10_000).fill(1)], 0);
      lengths.add((await disk.cutPower('torn').readFile('/data/a')).byteLength);
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(10_000);
    expect(lengths.size).toBeGreaterThan(10);
  });

  test('a name survives a power cut only once its folder is synced', async () => {
    const disk = await diskWith('a', 'one');
    const file = await disk.open('/data/b', 'create');
    await file.write([bytes('two')], 0);
    await file.sync();
    await disk.rename('/data/a', '/data/c');
    const before = disk.cutPower('lost');
    expect((await before.list('/data')).map((entry) => entry.name)).toEqual(['a']);

    await before.rename('/data/a', '/data/c');
    await before.syncFolder('/data');
    expect((await before.cutPower('lost').list('/data')).map((entry) => entry.name)).toEqual(['c']);
  });

  test('a rename between folders never loses the file, whichever folder is synced', async () => {
    for (const synced of ['/data/open', '/data/sealed']) {
      const disk = new SimulatedDisk();
      await disk.makeFolder('/data/open');
      await disk.makeFolder('/data/sealed');
      await disk.syncFolder('/data/open');
      await disk.syncFolder('/data/sealed');
      await disk.open('/data/open/a', 'create');
      await disk.rename('/data/open/a', '/data/sealed/a');
      await disk.syncFolder(synced);
      const after = disk.cutPower('lost');
      expect(await after.exists('/data/sealed/a')).toBe(true);
      expect(await after.exists('/data/open/a')).toBe(false);
    }
  });

  test('a full disk takes what fits, then fails with ENOSPC, and works again when there is room', async () => {
    const disk = await diskWith('a', '');
    disk.capacityBytes = 6;
    const file = await disk.open('/data/a', 'write');
    await expect(file.write([bytes('12345678')], 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await file.size()).toBe(6);
    expect(await disk.space()).toEqual({ totalBytes: 6, freeBytes: 0 });
    await file.truncate(0);
    await file.write([bytes('123456')], 0);
    expect(`${await disk.readFile('/data/a')}`).toBe('123456');
  });

  test('data whose sync failed is lost even when a later sync succeeds', async () => {
    const disk = await diskWith('a', 'old');
    const file = await disk.open('/data/a', 'write');
    await file.write([bytes('new')], 0);
    disk.failSyncs('EIO');
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
    disk.failSyncs(undefined);
    await file.sync();
    expect(`${await disk.cutPower('torn').readFile('/data/a')}`).toMatch(/old|new|ne|n/);
    expect(`${await disk.cutPower('lost').readFile('/data/a')}`).toBe('old');
  });

  test('power can go in the middle of any operation', async () => {
    const disk = await diskWith('a', '');
    const file = await disk.open('/data/a', 'write');
    disk.losePowerAfter(1);
    await file.write([bytes('first')], 0);
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
    expect(`${await disk.cutPower('lost').readFile('/data/a')}`).toBe('');
  });

  test('a flipped bit stays flipped', async () => {
    const disk = await diskWith('a', 'A');
    disk.flipBit('/data/a', 0, 1);
    expect(`${await disk.cutPower('lost').readFile('/data/a')}`).toBe('C');
  });
});
