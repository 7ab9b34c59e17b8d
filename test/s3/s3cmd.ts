/** s3cmd, which signs for a region of its own choosing and reads the MD5 out of ETags. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEYS, run, type S3Door, sha256Of } from './door.ts';

export function s3cmd(open: () => S3Door): void {
  const s3cmdRun = (...args: string[]) => {
    const door = open();
    const host = new URL(door.endpoint).host;
    const place = [
      '--host',
      host,
      '--host-bucket',
      host,
      '--ca-certs',
      door.caFile,
      '--config',
      join(door.folder, 's3cfg'),
    ];
    const who = ['--access_key', door.accessKeyId, '--secret_key', door.secretAccessKey];
    return run('s3cmd', [...args, ...place, ...who, '--no-progress']);
  };

  test('puts and gets small files and 200 MB, copies, lists, signs URLs and deletes', async () => {
    const { folder, large, caFile } = open();
    await writeFile(join(folder, 's3cfg'), '[default]\n');
    await writeFile(join(folder, 'note.txt'), 'a note');
    await s3cmdRun('mb', 's3://s3cmd');
    await s3cmdRun('put', join(folder, 'note.txt'), 's3://s3cmd/a/note.txt', '--add-header=x-amz-meta-colour:red');
    await s3cmdRun('put', large.path, 's3://s3cmd/large.bin');
    await s3cmdRun('get', 's3://s3cmd/large.bin', join(folder, 's3cmd-back'));
    expect(await sha256Of(join(folder, 's3cmd-back'))).toBe(large.sha256);
    await s3cmdRun('cp', 's3://s3cmd/a/note.txt', 's3://s3cmd/b/note.txt');
    const info = await s3cmdRun('info', 's3://s3cmd/b/note.txt');
    expect(info.stdout).toMatch(/x-amz-meta-colour:\s*red/);
    const listed = await s3cmdRun('ls', '--recursive', 's3://s3cmd');
    expect(listed.stdout.trim().split('\n')).toHaveLength(3);
    const url = (await s3cmdRun('signurl', 's3://s3cmd/a/note.txt', '+60')).stdout.trim();
    const refused = await run('curl', ['-sS', '--cacert', caFile, url.replace(/^http:/, 'https:')]);
    // s3cmd signs URLs by Signature Version 2 alone, which is refused in clear words.
    expect(refused.stdout).toContain('AWS4-HMAC-SHA256');
    await s3cmdRun('del', '--recursive', '--force', 's3://s3cmd');
    await s3cmdRun('rb', 's3://s3cmd');
  });

  test('lists thousands of keys', async () => {
    const { stdout } = await s3cmdRun('ls', '--recursive', `s3://${KEYS.bucket}`);
    expect(stdout.trim().split('\n')).toHaveLength(KEYS.count);
  });
}
