/** The S3 door as its clients are told of it, and the programs that are run against it. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { seededStream } from '../client.ts';
import { openSmallDoor } from './small-door.ts';

const MIB = 2 ** 20;
/** What is stored does not go through the database: the suite's second run, with a server, is on a smaller scale. */
const IS_SECOND_RUN = process.env.BRAMBLE_TEST_DATABASE_URL !== undefined;
/** In parts of 8 MiB, as the AWS tools cut it, the last part is a short one. */
export const LARGE_BYTES = (IS_SECOND_RUN ? 40 : 200) * MIB + 12_345;
/** Listed by every client, hence in a bucket that none of them writes to for good. */
export const KEYS = { bucket: 'thousands', count: IS_SECOND_RUN ? 1_100 : 5_000 };

export interface S3Door extends AsyncDisposable {
  readonly endpoint: string;
  readonly caFile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A folder for the test's files. */
  readonly folder: string;
  /** A file of `LARGE_BYTES`, and its SHA-256 in hex. */
  readonly large: { path: string; sha256: string };
}

export async function openDoor(): Promise<S3Door> {
  await using stack = new AsyncDisposableStack();
  const { bramble, accessKeyId, secretAccessKey } = stack.use(await openSmallDoor());
  const folder = await mkdtemp(join(tmpdir(), 'bramble-s3-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'large.bin');
  const { stream, hash } = seededStream(LARGE_BYTES, 3);
  await writeFile(path, stream);
  const owned = stack.move();
  return {
    endpoint: bramble.s3Url,
    caFile: bramble.caFile,
    accessKeyId,
    secretAccessKey,
    folder,
    large: { path, sha256: hash.digest('hex') },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. @throws with what it printed when it fails, unless `mayFail`. */
export async function run(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string; mayFail?: boolean } = {},
): Promise<Ran> {
  const spawned: SpawnOptions = {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  };
  const child = spawn(program, args, spawned);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 && options.mayFail !== true) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${texts.stdout}\n${texts.stderr}`);
  }
  return { code: code ?? 1, ...texts };
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
