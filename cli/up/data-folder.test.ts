import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logFolder, prepareDataFolder } from './data-folder.ts';

let place: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'bramble-data-folder-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

describe('the data folder', () => {
  test('is made with the folders above it, for its owner and group only, and once made is taken as it is', async () => {
    const folder = join(place, 'srv', 'deep', 'bramble');
    expect(await prepareDataFolder(folder)).toBe(folder);
    expect((await stat(folder)).mode & 0o007).toBe(0);
    expect((await stat(logFolder(folder))).isDirectory()).toBe(true);
    expect(await prepareDataFolder(folder)).toBe(folder);
  });

  test.each(['file', 'file/below'])('is refused when a file is in its place: %s', async (name) => {
    await writeFile(join(place, 'file'), '');
    await expect(prepareDataFolder(join(place, name))).rejects.toThrow('a file is in its place (ENOTDIR)');
  });

  test('is refused when a link leads nowhere', async () => {
    await symlink(join(place, 'gone', 'disk'), join(place, 'link'));
    await expect(prepareDataFolder(join(place, 'link'))).rejects.toThrow('cannot be the data folder');
  });

  test('is refused, soon, where not even root can make one', async () => {
    await expect(prepareDataFolder('/proc/bramble/data')).rejects.toThrow('cannot be the data folder');
  });
});
