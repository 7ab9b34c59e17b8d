/** A PostgreSQL server of the tests' own, in a temporary folder, on a free port of the loopback address. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresPrograms } from './system-packages.ts';

export interface PostgresServer extends AsyncDisposable {
  /** `postgres://…/postgres`, with the right to make databases. */
  readonly url: string;
}

export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPostgresPrograms();
  if (!programs) throw new Error('There is no PostgreSQL server on this machine.');
  const folder = mkdtempSync(join(tmpdir(), 'bramble-postgres-'));
  const account = serverAccount();
  if (account) chownSync(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'bramble', '--auth=trust', '--encoding=UTF8', '--no-sync'],
    {
      stdio: 'ignore',
      cwd: folder,
      ...account,
    },
  );
  const settings = [
    'listen_addresses=127.0.0.1',
    'fsync=off',
    'max_connections=300',
    `unix_socket_directories=${folder}`,
  ];
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, ...account },
  );
  let output = '';
  const ready = Promise.withResolvers<void>();
  server.stderr.on('data', (piece) => {
    output = (output + piece).slice(-10_000);
    if (output.includes('ready to accept connections')) ready.resolve();
  });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  void ended.then(() => ready.reject(new Error(`PostgreSQL ended: ${output}`)));
  await ready.promise;
  return {
    url: `postgres://bramble@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; its package makes an account for it. */
function serverAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
  });
  return promise;
}
