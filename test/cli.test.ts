/** The command line as a person uses it, against a whole bramble. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBramble, type TestBramble } from './bramble.ts';

const MIB = 1 << 20;
let bramble: TestBramble;
let folder: string;

beforeAll(async () => {
  bramble = await startBramble();
  await bramble.login();
  folder = await mkdtemp(join(tmpdir(), 'bramble-files-'));
});
afterAll(async () => {
  await bramble?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const local = (...names: string[]) => join(folder, ...names);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await bramble.cli(args);
  expect({ code, stderr: code === 0 ? '' : stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('the first login replaced the one-time password, and whoami says who that is', async () => {
  const me = JSON.parse(await run('whoami', '--json')) as unknown;
  expect(me).toMatchObject({ url: bramble.url, user: { name: 'admin', isAdministrator: true }, via: 'session' });
});

test('files of every size come back as they went, with sizes in the listing', async () => {
  await run('mb', 'sizes');
  for (const size of [0, 1, 1024, 1025, 5 * MIB, 20 * MIB + 7]) {
    const bytes = randomBytes(size);
    await writeFile(local(`f${size}`), bytes);
    await run('put', '--verify', local(`f${size}`), 'sizes');
    await run('get', `sizes/f${size}`, local('back'));
    expect(sha256(await readFile(local('back')))).toBe(sha256(bytes));
  }
  const lines = (await run('ls', '--json', 'sizes')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { size: number }).size).sort((a, b) => a - b)).toEqual([
    0,
    1,
    1024,
    1025,
    5 * MIB,
    20 * MIB + 7,
  ]);
});

test('an upload ended by Ctrl-C exits with 130 and goes on with the same command', async () => {
  await run('mb', 'resumed');
  const bytes = randomBytes(96 * MIB);
  await writeFile(local('film'), bytes);
  const interrupted = new AbortController();
  const running = bramble.cli(['put', local('film'), 'resumed'], { signal: interrupted.signal });
  const states = join(bramble.cliEnvironment.BRAMBLE_CONFIG_HOME ?? '', 'uploads');
  const begun = () =>
    readdir(states).then(
      (names) => names.length,
      () => 0,
    );
  await expect.poll(begun, { timeout: 20_000, interval: 5 }).toBe(1);
  interrupted.abort();
  const { code, stderr } = await running;
  // On a fast machine all of it may have gone before the signal came.
  expect([0, 130], stderr).toContain(code);
  await run('put', local('film'), 'resumed');
  await run('get', 'resumed/film', local('film-back'));
  expect(sha256(await readFile(local('film-back')))).toBe(sha256(bytes));
});

test('a folder goes up, is moved, copied and removed', async () => {
  await mkdir(local('trip', 'day 1'), { recursive: true });
  await writeFile(local('trip', 'day 1', 'ä #?.txt'), 'sun');
  await writeFile(local('trip', 'plan.txt'), 'go');
  await run('mb', 'trips');
  await run('put', '-r', local('trip'), 'trips/2026/');
  await run('cp', '-r', 'trips/2026/trip', 'trips/copy');
  await run('mv', 'trips/copy/plan.txt', 'trips/plans/');
  expect((await run('ls', '-r', 'trips')).trim().split('\n')).toEqual([
    '2026/trip/day 1/ä #?.txt',
    '2026/trip/plan.txt',
    'copy/day 1/ä #?.txt',
    'plans/plan.txt',
  ]);
  await run('get', '-r', 'trips/copy/.', local('copy/'));
  expect(await readFile(local('copy', 'day 1', 'ä #?.txt'), 'utf8')).toBe('sun');
  await run('rm', '-r', 'trips/2026');
  expect((await bramble.cli(['rb', 'trips'])).code).toBe(5);
  await run('rb', '--force', 'trips');
});

test('standard input goes up and comes down', async () => {
  await run('mb', 'pipes');
  const { code } = await bramble.cli(['put', '-', 'pipes/text'], { input: 'through' });
  expect(code).toBe(0);
  expect(await run('cat', 'pipes/text')).toBe('through');
});

test('exit codes tell what went wrong', async () => {
  await run('mb', 'codes');
  await writeFile(local('a'), 'a');
  await run('put', local('a'), 'codes');
  expect((await bramble.cli(['cat', 'codes/none'])).code).toBe(4);
  expect((await bramble.cli(['mb', 'codes'])).code).toBe(5);
  expect((await bramble.cli(['put', '--no-clobber', local('a'), 'codes'])).code).toBe(5);
  expect((await bramble.cli(['put', local('a')])).code).toBe(2);
  expect((await bramble.cli(['ls', 'codes'], { env: { BRAMBLE_TOKEN: 'bramble_wrong' } })).code).toBe(3);
});

test('a token reads what its scope allows, and no more', async () => {
  await run('mb', 'scoped');
  await writeFile(local('b'), 'b');
  await run('put', local('b'), 'scoped');
  const token = (await run('token', 'create', 'reader', '--scope', 'storage:read', '-q')).trim();
  const env = { BRAMBLE_TOKEN: token };
  expect(await bramble.cli(['cat', 'admin:scoped/b'], { env })).toMatchObject({ code: 0, stdout: 'b' });
  expect((await bramble.cli(['put', local('b'), 'admin:scoped/c'], { env })).code).toBe(3);
});

test('a new user logs in with the password that was printed', async () => {
  const password = (await run('user', 'add', 'ada', '-q')).trim();
  const input = `${password}\nanother long password\n`;
  const env = { BRAMBLE_CONFIG_HOME: local('ada') };
  expect(await bramble.cli(['login', '--user', 'ada', '--password-stdin'], { input, env })).toMatchObject({ code: 0 });
  expect((await bramble.cli(['ls', 'admin:sizes'], { env })).code).toBeOneOf([3, 4]);
});

test('whoever changes their password ends their other sessions, and sees only the one left', async () => {
  const oneTime = (await run('user', 'add', 'grace', '-q')).trim();
  const [first, second, third] = ['a first long password', 'a second long password', 'a third long password'];
  const on = (home: string) => ({ BRAMBLE_CONFIG_HOME: local(home) });
  const login = ['login', '--user', 'grace', '--password-stdin'];
  await bramble.cli(login, { input: `${oneTime}\n${first}\n`, env: on('grace-1') });
  await bramble.cli(login, { input: `${first}\n`, env: on('grace-2') });
  const change = ['password', '--password-stdin'];
  expect(await bramble.cli(change, { input: `${first}\n${second}\n`, env: on('grace-1') })).toMatchObject({ code: 0 });
  expect((await bramble.cli(['whoami'], { env: on('grace-2') })).code).toBe(3);
  expect((await bramble.cli(change, { input: `${first}\n${third}\n`, env: on('grace-1') })).code).not.toBe(0);
  const { stdout } = await bramble.cli(['session', 'ls', '--json'], { env: on('grace-1') });
  const [session, ...others] = stdout.trim().split('\n');
  expect(JSON.parse(session ?? '')).toMatchObject({ isCurrent: true });
  expect(others).toEqual([]);
});

test('an access key is shown once, listed without its secret, and ended', async () => {
  const [id = '', secret = ''] = (await run('access-key', 'create', 'laptop', '-q')).trim().split('\n');
  expect(secret.length).toBeGreaterThanOrEqual(32);
  const listed = await run('access-key', 'ls', '--json');
  expect(JSON.parse(listed)).toMatchObject({ id, name: 'laptop', namespace: 'admin' });
  expect(listed).not.toContain(secret);
  await run('access-key', 'rm', id);
  expect(await run('access-key', 'ls', '--json')).toBe('');
});

test('an access key is narrowed, ends, and may be one that was used elsewhere', async () => {
  const limits = ['--bucket', 'photos', '--prefix', '2026/', '--allow', 'read,list', '--expires', '1h'];
  const made = JSON.parse(await run('access-key', 'create', 'viewer', ...limits, '--json'));
  expect(made).toMatchObject({ bucket: 'photos', prefix: '2026/', verbs: ['read', 'list'] });
  expect(Date.parse(made.expiresAt) - Date.now()).toBeGreaterThan(3_000_000);
  expect(await run('access-key', 'ls')).toContain('photos/2026/*');
  expect(await bramble.cli(['access-key', 'create', 'k', '--allow', 'reed'])).toMatchObject({ code: 2 });
  expect(await bramble.cli(['access-key', 'create', 'k', '--id', 'MOVED00000000001'])).toMatchObject({ code: 2 });
  const moved = ['access-key', 'create', 'moved', '--id', 'MOVED00000000001', '--secret-stdin', '-q'];
  const secret = 'a/secret+from=elsewhere';
  expect((await bramble.cli(moved, { input: `${secret}\n` })).stdout).toBe(`MOVED00000000001\n${secret}\n`);
  await run('access-key', 'rm', made.id, 'MOVED00000000001');
});

test('status is shown again and again until Ctrl-C, which is no failure', async () => {
  const { code, stdout } = await bramble.cli(['status', '--watch'], { signal: AbortSignal.timeout(4_000) });
  expect(code).toBe(0);
  expect(stdout.match(/^replicas {2}/gm)?.length).toBeGreaterThan(1);
});

test('status, storage status and audit show the bramble whole', async () => {
  const { processes } = JSON.parse(await run('status', '--json')) as { processes: { role: string }[] };
  expect(processes.map(({ role }) => role)).toEqual(expect.arrayContaining(['control', 'gateway']));
  const { chunkservers } = JSON.parse(await run('storage', 'status', '--json')) as { chunkservers: unknown[] };
  expect(chunkservers).toHaveLength(3);
  expect(await run('audit', '--type', 'user.create')).toContain('user.create');
  expect(JSON.parse(await run('audit', 'verify', '--json'))).toMatchObject({ ok: true });
});

test('completion offers remote paths', async () => {
  expect(await run('__complete', '--', 'ls', 'sizes/f1')).toContain('sizes/f1024\tobject');
});
