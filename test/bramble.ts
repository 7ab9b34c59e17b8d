/**
 * A whole bramble of real processes for whole-system tests: `bramble up` in a temporary folder on free ports, and the
 * CLI with a config home of its own. Disposing it stops all and removes the folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { databaseOf } from './database.ts';

const DENO = join(import.meta.dirname, '..', 'node_modules', '.bin', 'deno');
const MAIN = join(import.meta.dirname, '..', 'cli', 'main.ts');
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

export interface BrambleOptions {
  /** Environment on top of free ports: `BRAMBLE_CONTROL_…`. */
  env?: Record<string, string>;
  /** What runs it; Node unless told otherwise. */
  runtime?: 'node' | 'deno';
  /** An existing data folder, kept at the end; default: a temporary one, removed. */
  folder?: string;
}

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  input?: string | Uint8Array | Readable;
  env?: Record<string, string>;
  /** The working folder. */
  cwd?: string;
  /** Ends the command by SIGINT, as Ctrl-C does. */
  signal?: AbortSignal;
}

export interface TestBramble extends AsyncDisposable {
  readonly url: string;
  readonly httpUrl: string;
  /** The S3 door: path style, by any name. */
  readonly s3Url: string;
  readonly caFile: string;
  /** The data folder. */
  readonly folder: string;
  /** The administrator's: the one-time one until `login()`, then the new one. */
  readonly password: string;
  /** By process name (`control`, `gateway`, `chunkserver-1`, …), as they were at the start. */
  readonly pids: ReadonlyMap<string, number>;
  /** Of the supervisor. */
  readonly pid: number;
  /** What the supervisor printed to stderr so far. */
  readonly stderr: string;
  /** What `cli` tells the CLI by its environment. */
  readonly cliEnvironment: Record<string, string>;
  /** Logs the administrator in, over HTTP and for `cli`; answers the session. */
  login(): Promise<{ accessToken: string; refreshToken: string }>;
  /** Runs `bramble ARGS…` to its end. */
  cli(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Stops it by SIGTERM; answers its exit code. */
  stop(): Promise<number>;
}

interface Facts {
  url: string;
  httpPort: number;
  s3Url: string;
  authority: string;
  oneTimePassword?: string;
  processes: Record<string, { pid: number; address?: string }>;
}

const NEW_PASSWORD = 'correct horse battery staple';

/** @throws with all that it printed when it does not become ready. */
export async function startBramble(options: BrambleOptions = {}): Promise<TestBramble> {
  const home = await mkdtemp(join(tmpdir(), 'bramble-test-'));
  const folder = options.folder ?? join(home, 'data');
  const [program, ...flags] =
    options.runtime === 'deno' ? [DENO, 'run', '--allow-all'] : ([process.execPath] as [string, ...string[]]);
  const child = spawn(program as string, [...flags, MAIN, 'up', '--json', '--data', folder], {
    env: {
      ...withoutBramble(process.env),
      ...(await databaseOf(folder)),
      BRAMBLE_UP_HTTPS_PORT: '0',
      BRAMBLE_UP_HTTP_PORT: '0',
      BRAMBLE_UP_S3_PORT: '0',
      BRAMBLE_UP_INTERNAL_PORT: '0',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = collect(child.stderr);
  const facts = await readFacts(child, log).catch(async (error: unknown) => {
    await stopChild(child);
    await rm(home, { recursive: true, force: true });
    throw error;
  });
  let password = facts.oneTimePassword ?? NEW_PASSWORD;

  const cliEnvironment = {
    BRAMBLE_CONFIG_HOME: join(home, 'config'),
    BRAMBLE_URL: facts.url,
    BRAMBLE_CA: facts.authority,
  };
  const cli = (args: readonly string[], cliOptions: CliOptions = {}) => runCli(args, cliOptions, cliEnvironment);

  return {
    url: facts.url,
    s3Url: facts.s3Url,
    httpUrl: `http://localhost:${facts.httpPort}`,
    caFile: facts.authority,
    folder,
    pids: new Map(Object.entries(facts.processes).map(([name, { pid }]) => [name, pid])),
    pid: child.pid ?? 0,
    get password() {
      return password;
    },
    get stderr() {
      return log.text;
    },
    cli,
    cliEnvironment,
    login: async () => {
      const input = `${password}\n${NEW_PASSWORD}\n`;
      const result = await cli(['login', '--user', 'admin', '--password-stdin'], { input });
      if (result.code !== 0) throw new Error(`bramble login failed:\n${result.stderr}\n${log.text}`);
      password = NEW_PASSWORD;
      const credentials = JSON.parse(await readFile(join(home, 'config', 'credentials.json'), 'utf8')) as {
        profiles: { default: { accessToken: string; refreshToken: string } };
      };
      return credentials.profiles.default;
    },
    stop: () => stopChild(child),
    [Symbol.asyncDispose]: async () => {
      await stopChild(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function readFacts(child: ChildProcess, log: { readonly text: string }): Promise<Facts> {
  if (!child.stdout) throw new Error('The supervisor has no stdout.');
  const lines = createInterface({ input: child.stdout });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`bramble up ended with code ${code} before it was ready:\n${log.text}`);
  });
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
  const late = once(deadline, 'abort').then(() => {
    throw new Error(`bramble up was not ready within ${START_TIMEOUT_MS / 1000} s:\n${log.text}`);
  });
  const line = once(lines, 'line').then(([text]) => JSON.parse(text as string) as Facts);
  // The losers of the race fail later, when nobody listens any more.
  for (const other of [exited, late]) other.catch(() => undefined);
  const facts = await Promise.race([line, exited, late]);
  child.stdout.resume();
  return facts;
}

async function stopChild(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode;
  if (child.signalCode !== null) return 1;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  const [code] = (await exited) as [number | null];
  clearTimeout(force);
  return code ?? 1;
}

/** Runs the CLI as a process of its own. */
export async function runCli(
  args: readonly string[],
  { input, env, cwd, signal }: CliOptions,
  base: Record<string, string>,
): Promise<CliResult> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...withoutBramble(process.env), ...base, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const interrupt = () => child.kill('SIGINT');
  signal?.addEventListener('abort', interrupt, { once: true });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  // A command that ends without reading its input breaks the pipe; that is no failure of the test.
  child.stdin.on('error', () => undefined);
  if (input === undefined || typeof input === 'string' || input instanceof Uint8Array) child.stdin.end(input);
  else input.pipe(child.stdin);
  const [code] = (await once(child, 'close')) as [number | null];
  signal?.removeEventListener('abort', interrupt);
  return { code: code ?? 1, stdout: stdout.text, stderr: stderr.text };
}

function collect(stream: Readable): { readonly text: string } {
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return {
    get text() {
      return Buffer.concat(pieces).toString('utf8');
    },
  };
}

function withoutBramble(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !name.startsWith('BRAMBLE_'));
  return Object.fromEntries(kept) as Record<string, string>;
}
