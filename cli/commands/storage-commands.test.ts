import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, startTestServer, type TestServer } from '../test-server.ts';
import { openTestTerminal, type TestTerminal } from '../test-terminal.ts';

const MIB = 1 << 20;
let server: TestServer;
let terminal: TestTerminal;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  server.objects.clear();
  server.buckets.clear();
  server.buckets.add('admin/photos');
  terminal = await openTestTerminal();
  await writeFile(join(terminal.folder, 'ca.pem'), server.ca);
  const login = ['login', server.url, '--user', 'admin', '--password-stdin', '--ca', join(terminal.folder, 'ca.pem')];
  expect(await terminal.run(login, { input: PASSWORD })).toMatchObject({ code: 0 });
  server.requests.length = 0;
  return () => terminal[Symbol.asyncDispose]();
});

const local = (name: string) => join(terminal.folder, name);
const stored = (name: string) => server.objects.get(`admin/${name}`)?.bytes;

describe('put and get', () => {
  test('a small file goes in one request, under its own name, and comes back with the object’s time', async () => {
    await writeFile(local('cat.jpg'), 'meow');
    expect(await terminal.run(['put', local('cat.jpg'), 'photos'])).toMatchObject({ code: 0 });
    expect(stored('photos/cat.jpg')?.toString()).toBe('meow');
    expect(server.objects.get('admin/photos/cat.jpg')?.contentType).toBe('image/jpeg');
    expect(server.requests).toEqual(['PUT /api/storage/objects/admin/photos/cat.jpg']);
    expect(
      await terminal.run(['get', 'photos/cat.jpg', local('copy.jpg')], { env: { BRAMBLE_DEBUG: '1' } }),
    ).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(local('copy.jpg'), 'utf8')).toBe('meow');
    expect((await stat(local('copy.jpg'))).mtime.toISOString()).toBe('2026-03-04T05:06:07.000Z');
  });

  test('a large file is sent resumably and goes on after the connection breaks', async () => {
    const bytes = randomBytes(10 * MIB);
    await writeFile(local('film.mp4'), bytes);
    server.faults.cutUploadAfter = 3 * MIB;
    const { code, stderr } = await terminal.run(['put', '--verify', local('film.mp4'), 'photos/films/']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stored('photos/films/film.mp4')?.equals(bytes)).toBe(true);
    const upload = server.requests.filter((request) => request.includes('/uploads'));
    expect(upload.map((request) => request.split('/')[0]?.trim())).toEqual(['POST', 'PATCH', 'HEAD', 'PATCH']);
  });

  test('the same command resumes an upload that an earlier one began', async () => {
    const bytes = randomBytes(9 * MIB);
    await writeFile(local('film.mp4'), bytes);
    server.faults.cutUploadAfter = 2 * MIB;
    const first = await terminal.run(['put', '--retry-for', '0s', local('film.mp4'), 'photos']);
    expect(first.code).toBe(1);
    server.requests.length = 0;
    const second = await terminal.run(['put', local('film.mp4'), 'photos']);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('going on with');
    expect(stored('photos/film.mp4')?.equals(bytes)).toBe(true);
    expect(server.requests.some((request) => request.startsWith('POST'))).toBe(false);
  });

  test('a file that has changed since is uploaded from its beginning', async () => {
    await writeFile(local('film.mp4'), randomBytes(9 * MIB));
    server.faults.cutUploadAfter = 2 * MIB;
    await terminal.run(['put', '--retry-for', '0s', local('film.mp4'), 'photos']);
    const bytes = randomBytes(9 * MIB + 1);
    await writeFile(local('film.mp4'), bytes);
    expect(await terminal.run(['put', local('film.mp4'), 'photos'])).toMatchObject({ code: 0, stderr: '' });
    expect(stored('photos/film.mp4')?.equals(bytes)).toBe(true);
  });

  test('a download goes on after the connection breaks, and a later command after an earlier one', async () => {
    const bytes = randomBytes(6 * MIB);
    server.objects.set('admin/photos/big', { bytes, etag: 'one', contentType: 'x/y' });
    server.faults.cutDownloadAfter = 2 * MIB;
    expect(await terminal.run(['get', 'photos/big', local('big')])).toMatchObject({ code: 0 });
    expect((await readFile(local('big'))).equals(bytes)).toBe(true);

    server.faults.cutDownloadAfter = 4 * MIB;
    expect(await terminal.run(['get', '--retry-for', '0s', 'photos/big', local('again')])).toMatchObject({ code: 1 });
    expect((await stat(local('again.part'))).size).toBeGreaterThan(0);
    const resumed = await terminal.run(['get', '--verify', 'photos/big', local('again')]);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain('going on with');
    expect((await readFile(local('again'))).equals(bytes)).toBe(true);
  });

  test('a partial download of an object that has changed begins again', async () => {
    server.objects.set('admin/photos/big', { bytes: randomBytes(6 * MIB), etag: 'one', contentType: 'x/y' });
    server.faults.cutDownloadAfter = 4 * MIB;
    await terminal.run(['get', '--retry-for', '0s', 'photos/big', local('big')]);
    const bytes = randomBytes(5 * MIB);
    server.objects.set('admin/photos/big', { bytes, etag: 'two', contentType: 'x/y' });
    expect(await terminal.run(['get', 'photos/big', local('big')])).toMatchObject({ code: 0 });
    expect((await readFile(local('big'))).equals(bytes)).toBe(true);
  });

  test('a folder goes up and down as a whole; links are skipped with a note', async () => {
    await mkdir(local('trip/day one'), { recursive: true });
    await writeFile(local('trip/a.txt'), 'a');
    await writeFile(local('trip/day one/b #1.txt'), 'b');
    await symlink(local('trip/a.txt'), local('trip/link'));
    const { code, stderr } = await terminal.run(['put', '-r', local('trip'), 'photos/2026/']);
    expect(code).toBe(0);
    expect(stderr).toContain('skipped');
    expect([...server.objects.keys()].sort()).toEqual([
      'admin/photos/2026/trip/a.txt',
      'admin/photos/2026/trip/day one/b #1.txt',
    ]);
    expect(await terminal.run(['get', '-r', 'photos/2026/trip/.', local('back/')])).toMatchObject({ code: 0 });
    expect(await readFile(local('back/day one/b #1.txt'), 'utf8')).toBe('b');
  });

  test('what cannot be read is reported, the rest is uploaded, and the exit code is 1', async () => {
    await mkdir(local('trip'));
    await writeFile(local('trip/a.txt'), 'a');
    const { code, stderr } = await terminal.run(['put', '-r', local('trip'), local('nowhere'), 'photos']);
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere');
    expect(stored('photos/trip/a.txt')?.toString()).toBe('a');
  });

  test('standard input and output, short and long', async () => {
    const bytes = randomBytes(9 * MIB);
    await terminal.run(['put', '-', 'photos/short'], { input: 'hello' });
    await terminal.run(['put', '-', 'photos/long'], {
      input: Readable.from([bytes.subarray(0, 5 * MIB), bytes.subarray(5 * MIB)]),
    });
    expect(stored('photos/long')?.equals(bytes)).toBe(true);
    expect(await terminal.run(['cat', 'photos/short', 'photos/short'])).toEqual({
      code: 0,
      stdout: 'hellohello',
      stderr: '',
    });
    expect(await terminal.run(['get', 'photos/short', '-'])).toMatchObject({ stdout: 'hello' });
  });

  test('--no-clobber and --if-match refuse with exit code 5', async () => {
    await writeFile(local('a'), 'new');
    await terminal.run(['put', '-', 'photos/a'], { input: 'old' });
    expect(await terminal.run(['put', '--no-clobber', local('a'), 'photos'])).toMatchObject({ code: 5 });
    expect(await terminal.run(['put', '--if-match', 'other', local('a'), 'photos'])).toMatchObject({ code: 5 });
    expect(stored('photos/a')?.toString()).toBe('old');
    const etag = server.objects.get('admin/photos/a')?.etag ?? '';
    expect(await terminal.run(['put', '--if-match', etag, local('a'), 'photos'])).toMatchObject({ code: 0 });
    expect(await terminal.run(['get', '--no-clobber', 'photos/a', local('a')])).toMatchObject({ code: 5 });
  });

  test('--no-clobber succeeds when only the answer to its own write was lost, and not when another’s is there', async () => {
    await writeFile(local('a'), 'mine');
    server.faults.lostAnswers = 1;
    expect(await terminal.run(['put', '--no-clobber', local('a'), 'photos'])).toMatchObject({ code: 0 });
    expect(stored('photos/a')?.toString()).toBe('mine');
    expect(server.faults.lostAnswers).toBe(0);
    await terminal.run(['put', '-', 'photos/a'], { input: 'else' });
    server.faults.unavailable = 1;
    expect(await terminal.run(['put', '--no-clobber', local('a'), 'photos'])).toMatchObject({ code: 5 });
    expect(stored('photos/a')?.toString()).toBe('else');
  });

  test('keys that lead out of the target are refused and the others are downloaded', async () => {
    const object = { bytes: Buffer.from('x'), etag: 'e', contentType: 'x/y' };
    server.objects.set('admin/photos/d/../../evil', object);
    server.objects.set('admin/photos/d/good', object);
    const { code, stderr } = await terminal.run(['get', '-r', 'photos/d', local('out')]);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot be the name of a file');
    expect(await readFile(local('out/good'), 'utf8')).toBe('x');
  });

  test('a busy bramble is asked again', async () => {
    server.faults.unavailable = 1;
    expect(await terminal.run(['put', '-', 'photos/a'], { input: 'a' })).toMatchObject({ code: 0 });
    server.faults.unavailable = 1;
    const { code, stderr } = await terminal.run(['cat', '--retry-for', '0s', 'photos/a']);
    expect(code).toBe(1);
    expect(stderr).toBe('bramble: Two of three chunkservers are away.\n         request req_1\n');
  });

  test('Ctrl-C ends a transfer with 130', async () => {
    await writeFile(local('film'), randomBytes(9 * MIB));
    const interrupted = new AbortController();
    const hold = Promise.withResolvers<void>();
    server.faults.hold = hold.promise;
    const running = terminal.run(['put', local('film'), 'photos'], { signal: interrupted.signal });
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    interrupted.abort(new Error('Interrupted.'));
    const { code } = await running;
    server.faults.hold = undefined;
    hold.resolve();
    expect(code).toBe(130);
  });
});

describe('ls, rm, cp, mv, mb, rb and share', () => {
  beforeEach(() => {
    for (const key of ['a.txt', '2026/b.txt', '2026/may/c.txt']) {
      server.objects.set(`admin/photos/${key}`, { bytes: Buffer.from(key), etag: 'e', contentType: 'text/plain' });
    }
  });

  test('ls lists buckets, one level, everything, or one object', async () => {
    expect(await terminal.run(['ls'])).toMatchObject({ stdout: 'photos\n' });
    expect(await terminal.run(['ls', 'photos'])).toMatchObject({ stdout: '2026/\na.txt\n' });
    expect(await terminal.run(['ls', 'photos/2026'])).toMatchObject({ stdout: 'may/\nb.txt\n' });
    expect(await terminal.run(['ls', '-r', 'photos/2026'])).toMatchObject({ stdout: '2026/b.txt\n2026/may/c.txt\n' });
    expect(await terminal.run(['ls', 'photos/a.txt'])).toMatchObject({ stdout: 'a.txt\n' });
    const json = await terminal.run(['ls', '--json', 'photos']);
    expect(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ prefix: '2026/' }, expect.objectContaining({ key: 'a.txt', size: 5 })]);
    expect(await terminal.run(['ls', 'photos/none'])).toMatchObject({ code: 4 });
    expect(await terminal.run(['ls', 'nowhere'])).toMatchObject({ code: 4 });
  });

  test('rm removes one object, or a folder with -r, and says when there is none', async () => {
    expect(await terminal.run(['rm', 'photos/a.txt'])).toMatchObject({ code: 0 });
    expect(await terminal.run(['rm', 'photos/a.txt'])).toMatchObject({ code: 4 });
    expect(await terminal.run(['rm', 'photos/2026/'])).toMatchObject({ code: 2 });
    expect(await terminal.run(['rm', '-r', '--dry-run', 'photos/2026'])).toMatchObject({ code: 0 });
    expect(server.objects.size).toBe(2);
    expect(await terminal.run(['rm', '-r', 'photos/2026'])).toMatchObject({ code: 0 });
    expect(server.objects.size).toBe(0);
  });

  test('cp and mv work on objects and folders', async () => {
    expect(await terminal.run(['cp', 'photos/a.txt', 'photos/2026/'])).toMatchObject({ code: 0 });
    expect(await terminal.run(['cp', '--no-clobber', 'photos/a.txt', 'photos/2026/'])).toMatchObject({ code: 5 });
    expect(await terminal.run(['mv', '-r', 'photos/2026', 'photos/old'])).toMatchObject({ code: 0 });
    expect([...server.objects.keys()].sort()).toEqual(
      ['a.txt', 'old/a.txt', 'old/b.txt', 'old/may/c.txt'].map((key) => `admin/photos/${key}`),
    );
  });

  test('mb makes a bucket once; rb removes an empty one, or with --force a full one', async () => {
    expect(await terminal.run(['mb', 'new'])).toMatchObject({ code: 0, stdout: 'made new\n' });
    expect(await terminal.run(['mb', 'new'])).toMatchObject({ code: 5 });
    expect(await terminal.run(['rb', 'photos'])).toMatchObject({ code: 5 });
    expect(await terminal.run(['rb', '--force', 'photos', 'new'])).toMatchObject({ code: 0 });
    expect(server.buckets.size).toBe(0);
  });

  test('share prints a whole URL on stdout, and when it ends on stderr', async () => {
    const { stdout, stderr } = await terminal.run(['share', '--expires', '2h', 'photos/a.txt']);
    expect(stdout).toBe(`${server.url}/s/secret\n`);
    expect(stderr).toContain('until');
  });
});
