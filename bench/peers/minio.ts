/** MinIO with four drives of this disk, of which any two may fail: as durable as three replicas of ours. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilAnswered } from '../load/until-answered.ts';
import { goProgram } from './go-program.ts';
import type { S3Peer } from './s3-peer.ts';

const VERSION = 'v0.0.0-20260212201848-7aac2a2c5b7c';

export async function startMinio(port: number): Promise<S3Peer> {
  const program = await goProgram('minio', `github.com/minio/minio@${VERSION}`);
  const folder = mkdtempSync(join(tmpdir(), 'bramble-minio-'));
  const credentials = { accessKeyId: 'bench', secretAccessKey: randomBytes(16).toString('hex') };
  const drives = [1, 2, 3, 4].map((number) => join(folder, `drive-${number}`));
  const server = spawn(program, ['server', '--quiet', '--address', `127.0.0.1:${port}`, ...drives], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      MINIO_ROOT_USER: credentials.accessKeyId,
      MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
      // Drives may be folders of the system's own disk.
      MINIO_CI_CD: '1',
    },
  });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  await untilAnswered(`${endpoint}/minio/health/cluster`, 60_000);
  return {
    name: 'MinIO',
    endpoint,
    region: 'us-east-1',
    ...credentials,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
