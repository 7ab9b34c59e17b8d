/** rclone, which looks at every object after it has put it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEYS, run, type S3Door } from './door.ts';

export function rclone(open: () => S3Door): void {
  const clone = (args: readonly string[]) => {
    const door = open();
    const env = {
      RCLONE_CONFIG: join(door.folder, 'no-such-rclone.conf'),
      RCLONE_CA_CERT: door.caFile,
      // Where it is set for other programs, rclone refuses to start.
      AWS_CA_BUNDLE: '',
      RCLONE_CONFIG_BRAMBLE_TYPE: 's3',
      RCLONE_CONFIG_BRAMBLE_PROVIDER: 'Other',
      // Else it asks for lists in XML that cannot say every name, and asks ten times before it notices.
      RCLONE_CONFIG_BRAMBLE_LIST_URL_ENCODE: 'true',
      RCLONE_CONFIG_BRAMBLE_ENDPOINT: door.endpoint,
      RCLONE_CONFIG_BRAMBLE_ACCESS_KEY_ID: door.accessKeyId,
      RCLONE_CONFIG_BRAMBLE_SECRET_ACCESS_KEY: door.secretAccessKey,
    };
    return run('rclone', [...args, '--cache-dir', join(door.folder, 'rclone-cache')], { env });
  };

  test('finds that any name goes', async () => {
    const { folder } = open();
    await clone(['mkdir', 'bramble:rclone-info']);
    const report = join(folder, 'rclone-info.json');
    const { stderr } = await clone([
      'test',
      'info',
      '--check-control',
      '--check-normalization',
      '--check-streaming',
      '--check-length',
      '--write-json',
      report,
      'bramble:rclone-info',
    ]);
    expect(stderr).not.toMatch(/ERROR/);
    await clone(['purge', 'bramble:rclone-info']);
  });

  test('syncs 200 MB and small files, checks them by hash, and syncs both ways', async () => {
    const { folder, large } = open();
    const [here, there] = [join(folder, 'rclone-here'), 'bramble:rclone-sync/deep'];
    await mkdir(join(here, 'sub dir'), { recursive: true });
    await run('cp', [large.path, join(here, 'large.bin')]);
    for (let count = 0; count < 20; count += 1)
      await writeFile(join(here, 'sub dir', `file ${count}.txt`), `text ${count}`);
    await clone(['sync', here, there]);
    const { stderr } = await clone(['check', here, there]);
    expect(stderr).toContain('0 differences found');
    await clone(['check', '--download', here, there]);

    const state = join(folder, 'rclone-bisync');
    await clone(['bisync', here, there, '--resync', '--workdir', state]);
    await writeFile(join(here, 'new.txt'), 'from here');
    await clone(['rcat', `${there}/other.txt`]);
    await clone(['bisync', here, there, '--workdir', state]);
    expect((await clone(['lsf', '-R', there])).stdout.split('\n')).toContain('new.txt');
    expect((await run('ls', [here])).stdout).toContain('other.txt');

    await clone(['copyto', `${there}/large.bin`, `${there}/copy.bin`]);
    await clone(['moveto', `${there}/copy.bin`, `${there}/moved.bin`]);
    const end = await clone(['cat', '--offset', '-5', `${there}/moved.bin`]);
    expect(end.stdout.length).toBeGreaterThan(0);
    await clone(['purge', 'bramble:rclone-sync']);
  });

  test('lists thousands of keys', async () => {
    const { stdout } = await clone(['size', '--json', `bramble:${KEYS.bucket}`]);
    expect(JSON.parse(stdout)).toMatchObject({ count: KEYS.count });
  });
}
