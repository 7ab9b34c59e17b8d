import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfigSources } from './config-sources.ts';

test('a file that was named is read, and missed when it is not there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-config-'));
  try {
    const path = join(folder, 'mine.yaml');
    await expect(readConfigSources({ BRAMBLE_CONFIG: path })).rejects.toThrow(/mine\.yaml cannot be read/);
    await writeFile(path, 'up: {}\n');
    expect(await readConfigSources({ BRAMBLE_CONFIG: path })).toMatchObject({ file: { path, text: 'up: {}\n' } });
  } finally {
    await rm(folder, { recursive: true });
  }
});
