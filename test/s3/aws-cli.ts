/** The AWS CLI, which cuts files over 8 MiB into parts and sends checksums by trailers. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AWS_CLI } from '../python-packages.ts';
import { KEYS, run, type S3Door, sha256Of } from './door.ts';

/** The CLI's first version presigns by Signature Version 2 unless told otherwise. */
const CONFIG = '[default]\ns3 =\n  signature_version = s3v4\n';

export function awsCli(open: () => S3Door): void {
  const aws = (...args: string[]) => {
    const door = open();
    const env = {
      AWS_ACCESS_KEY_ID: door.accessKeyId,
      AWS_SECRET_ACCESS_KEY: door.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CA_BUNDLE: door.caFile,
      AWS_ENDPOINT_URL: door.endpoint,
      AWS_CONFIG_FILE: join(door.folder, 'aws-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(door.folder, 'no-such-credentials'),
    };
    return run(AWS_CLI, args, { env });
  };

  test('makes a bucket, copies 200 MB up and down in parts, takes ranges, copies, presigns and removes', async () => {
    const { folder, large, caFile } = open();
    await writeFile(join(folder, 'aws-config'), CONFIG);
    await aws('s3', 'mb', 's3://aws-cli');
    await aws('s3', 'cp', large.path, 's3://aws-cli/deep/large.bin', '--only-show-errors');
    await aws('s3', 'cp', 's3://aws-cli/deep/large.bin', join(folder, 'aws-back'), '--only-show-errors');
    expect(await sha256Of(join(folder, 'aws-back'))).toBe(large.sha256);

    const head = JSON.parse(
      (await aws('s3api', 'head-object', '--bucket', 'aws-cli', '--key', 'deep/large.bin')).stdout,
    );
    expect(head.ETag).toMatch(/^"[0-9a-f]{32}-\d+"$/);
    const range = ['--bucket', 'aws-cli', '--key', 'deep/large.bin', '--range', 'bytes=8388600-8388617'];
    await aws('s3api', 'get-object', ...range, join(folder, 'aws-range'));
    const whole = await readFile(large.path);
    expect(await readFile(join(folder, 'aws-range'))).toEqual(whole.subarray(8_388_600, 8_388_618));

    await aws('s3', 'cp', 's3://aws-cli/deep/large.bin', 's3://aws-cli/copy of+it%.bin', '--only-show-errors');
    const url = (await aws('s3', 'presign', 's3://aws-cli/copy of+it%.bin')).stdout.trim();
    await run('curl', ['-sSf', '--cacert', caFile, '-o', join(folder, 'aws-presigned'), url]);
    expect(await sha256Of(join(folder, 'aws-presigned'))).toBe(large.sha256);

    await aws('s3', 'rb', 's3://aws-cli', '--force');
    expect((await aws('s3', 'ls')).stdout).not.toContain('aws-cli');
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])('sends and checks %s', async (algorithm) => {
    const { folder } = open();
    const path = join(folder, 'small');
    await writeFile(path, 'what is checked');
    await aws(
      's3api',
      'put-object',
      '--bucket',
      KEYS.bucket,
      '--key',
      'checked',
      '--body',
      path,
      '--checksum-algorithm',
      algorithm,
    );
    const got = await aws(
      's3api',
      'get-object',
      '--bucket',
      KEYS.bucket,
      '--key',
      'checked',
      '--checksum-mode',
      'ENABLED',
      join(folder, 'checked'),
    );
    expect(JSON.parse(got.stdout)).toHaveProperty(`Checksum${algorithm}`);
    expect(await readFile(join(folder, 'checked'), 'utf8')).toBe('what is checked');
    await aws('s3', 'rm', `s3://${KEYS.bucket}/checked`);
  });

  test('lists thousands of keys, page after page', async () => {
    const listed = await aws('s3', 'ls', `s3://${KEYS.bucket}/`, '--recursive', '--page-size', '777');
    expect(listed.stdout.trim().split('\n')).toHaveLength(KEYS.count);
  });

  test('syncs a folder, and finds nothing to do the second time', async () => {
    const { folder } = open();
    const source = join(folder, 'aws-sync');
    await run('mkdir', ['-p', join(source, 'a b', 'c')]);
    for (const name of ['one.txt', 'a b/two.txt', 'a b/c/three ü.txt']) await writeFile(join(source, name), name);
    await aws('s3', 'mb', 's3://aws-sync');
    expect((await aws('s3', 'sync', source, 's3://aws-sync/x', '--no-progress')).stdout).toContain('three');
    expect((await aws('s3', 'sync', source, 's3://aws-sync/x', '--no-progress')).stdout).toBe('');
    await aws('s3', 'sync', 's3://aws-sync/x', join(folder, 'aws-synced'), '--only-show-errors');
    await run('diff', ['-r', source, join(folder, 'aws-synced')]);
    await aws('s3', 'rm', 's3://aws-sync', '--recursive', '--only-show-errors');
    await aws('s3', 'rb', 's3://aws-sync');
  });
}
