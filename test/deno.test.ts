/** The sources stay Deno-compatible: all processes run under Deno, and files go in and come out whole. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBramble } from './bramble.ts';

const SIZES = [0, 900, 4096, 300_000, 70 * 2 ** 20];

test('a bramble run by Deno stores, lists, reads and deletes files', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-deno-'));
  await using bramble = await startBramble({ runtime: 'deno' });
  await bramble.login();
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await bramble.cli(args, { cwd: folder });
    expect(code, `bramble ${args.join(' ')}\n${stderr}`).toBe(0);
    return stdout;
  };
  try {
    await run('mb', 'deno');
    for (const size of SIZES) {
      const bytes = randomBytes(size);
      await writeFile(join(folder, 'sent'), bytes);
      await run('put', 'sent', `deno/file-${size}`);
      await run('get', `deno/file-${size}`, `got-${size}`);
      expect(sha256(await readFile(join(folder, `got-${size}`)))).toBe(sha256(bytes));
    }
    await run('rm', 'deno/file-900');
    const listed = (await run('ls', 'deno')).trim().split('\n');
    expect(listed.sort()).toEqual(['file-0', 'file-300000', 'file-4096', `file-${70 * 2 ** 20}`].sort());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
