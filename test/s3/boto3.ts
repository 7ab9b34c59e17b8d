/** boto3, by a program of its own. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PYTHON } from '../python-packages.ts';
import { KEYS, run, type S3Door } from './door.ts';

const PROGRAM = join(import.meta.dirname, 'boto3-client.py');

export function boto3(open: () => S3Door): void {
  test('uploads 200 MB in parts, takes ranges, copies, tags, sets conditions, lists thousands of keys, presigns and deletes', async () => {
    const door = open();
    const env = { AWS_ACCESS_KEY_ID: door.accessKeyId, AWS_SECRET_ACCESS_KEY: door.secretAccessKey };
    const args = [
      PROGRAM,
      door.endpoint,
      door.caFile,
      door.large.path,
      door.large.sha256,
      KEYS.bucket,
      String(KEYS.count),
    ];
    const { stdout } = await run(PYTHON, args, { env });
    const [getUrl = '', putUrl = ''] = stdout.trim().split('\n');
    const curl = (...more: string[]) => run('curl', ['-sSf', '--cacert', door.caFile, ...more]);
    await curl('-X', 'PUT', '--data-binary', 'put by URL', putUrl);
    expect((await curl(getUrl)).stdout).toBe('put by URL');
    await run(PYTHON, [...args, 'remove'], { env });
  });
}
