/** restic, whose backups must be whole to the last byte. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, type S3Door } from './door.ts';

export function restic(open: () => S3Door): void {
  test('makes a repository, backs up, checks all data, restores and prunes', async () => {
    const door = open();
    const env = {
      AWS_ACCESS_KEY_ID: door.accessKeyId,
      AWS_SECRET_ACCESS_KEY: door.secretAccessKey,
      RESTIC_REPOSITORY: `s3:${door.endpoint}/restic/repository`,
      RESTIC_PASSWORD: 'a password of the test',
      RESTIC_CACERT: door.caFile,
      RESTIC_CACHE_DIR: join(door.folder, 'restic-cache'),
    };
    const rest = (...args: string[]) => run('restic', [...args, '--cacert', door.caFile], { env });
    const source = join(door.folder, 'restic-source');
    await mkdir(join(source, 'sub'), { recursive: true });
    await run('cp', [door.large.path, join(source, 'large.bin')]);
    await writeFile(join(source, 'sub', 'small.txt'), 'small');
    await rest('init');
    await rest('backup', source);
    await writeFile(join(source, 'sub', 'small.txt'), 'changed');
    await rest('backup', source);
    expect((await rest('check', '--read-data')).stdout).toContain('no errors were found');
    const target = join(door.folder, 'restic-target');
    await rest('restore', 'latest', '--target', target);
    await run('diff', ['-r', source, join(target, source)]);
    await rest('forget', '--keep-last', '1', '--prune');
    expect((await rest('check')).stdout).toContain('no errors were found');
    expect(JSON.parse((await rest('snapshots', '--json')).stdout)).toHaveLength(1);
  });
}
