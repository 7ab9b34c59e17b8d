/** `bramble up` as a person has it: the real program, real processes, a folder of its own, free ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const BRAMBLE = fileURLToPath(new URL('../bramble', import.meta.url));
const FREE_PORTS = {
  BRAMBLE_UP_HTTPS_PORT: '0',
  BRAMBLE_UP_HTTP_PORT: '0',
  BRAMBLE_UP_S3_PORT: '0',
  BRAMBLE_UP_INTERNAL_PORT: '0',
};

interface Facts {
  url: string;
  httpsPort: number;
  authority: string;
  startedInMs: number;
  pid: number;
  oneTimePassword?: string;
  processes: Record<string, { pid: number; address?: string }>;
}

class Program {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(args: string[], env: Record<string, string> = {}, program = BRAMBLE) {
    this.child = spawn(program, args, {
      env: { ...process.env, ...FREE_PORTS, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (bytes: Buffer) => {
      this.stdout += bytes.toString('utf8');
    });
    this.child.stderr?.on('data', (bytes: Buffer) => {
      this.stderr += bytes.toString('utf8');
    });
    this.exited = once(this.child, 'close').then(([code]) => code as number | null);
  }

  async facts(): Promise<Facts> {
    await until(() => this.stdout.includes('\n') || this.child.exitCode !== null, 30_000);
    if (!this.stdout) throw new Error(`It ended with ${this.child.exitCode}: ${this.stderr}`);
    return JSON.parse(this.stdout) as Facts;
  }
}

let folder: string;
let programs: Program[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-up-'));
  programs = [];
});
afterEach(async () => {
  for (const { child, exited } of programs) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  }
  await rm(folder, { recursive: true });
});

function bramble(args: string[], env: Record<string, string> = {}, program = BRAMBLE): Program {
  const started = new Program(args, env, program);
  programs.push(started);
  return started;
}

const up = (env: Record<string, string> = {}, data = folder) => bramble(['up', '--json', '--data', data], env);

async function until(condition: () => boolean | Promise<boolean>, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('The condition was not met in time.');
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What the gateway answers, its certificate checked against the authority that `up` names. */
async function statusOf(facts: Facts, path: string): Promise<number | undefined> {
  const ca = await readFile(facts.authority);
  const call = request({ host: 'localhost', port: facts.httpsPort, path, ca, timeout: 5_000 });
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  return response.statusCode;
}

describe('bramble up', () => {
  test('starts everything, is refused a second time, brings back what is killed, and stops in order', async () => {
    const first = up();
    const facts = await first.facts();
    expect(Object.keys(facts.processes).sort()).toEqual(
      ['chunkserver-1', 'chunkserver-2', 'chunkserver-3', 'control', 'gateway'].sort(),
    );
    expect(facts.oneTimePassword).toMatch(/\S{8,}/);
    expect(await statusOf(facts, '/health')).toBe(200);

    const second = up();
    expect(await second.exited).toBe(1);
    expect(second.stderr).toContain(`with pid ${facts.pid};`);
    expect(second.stderr.trim().split('\n')).toHaveLength(1);

    for (const name of ['chunkserver-2', 'control', 'gateway']) {
      const pid = facts.processes[name]?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      await until(() => first.stderr.includes(`${name} is ready again`), 20_000);
      expect(first.stderr).toContain(`${name} was killed by SIGKILL; starting it again in`);
      expect(isAlive(pid)).toBe(false);
    }
    await until(async () => (await statusOf(facts, '/ready')) === 200, 20_000);
    const log = await readFile(join(folder, 'logs', 'up.log'), 'utf8');
    expect(log).toContain('chunkserver-2 was killed by SIGKILL');

    const began = performance.now();
    first.child.kill('SIGINT');
    expect(await first.exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
  }, 90_000);

  test('killed itself takes its children along, and the folder can be had again at once', async () => {
    const first = up();
    const facts = await first.facts();
    first.child.kill('SIGKILL');
    await first.exited;
    const again = await up().facts();
    expect(again.pid).not.toBe(facts.pid);
    expect(Object.values(facts.processes).filter(({ pid }) => isAlive(pid))).toEqual([]);
  }, 60_000);

  test('Ctrl-C in the middle of a start ends what was begun', async () => {
    const starting = up();
    await until(
      async () => (await readFile(join(folder, 'up.lock'), 'utf8').catch(() => '')).includes('child '),
      10_000,
    );
    starting.child.kill('SIGINT');
    expect(await starting.exited).toBe(0);
    expect(starting.stdout).toBe('');
  }, 30_000);
});

describe('what is in the way is told in one line', () => {
  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      const refused = up({ BRAMBLE_UP_HTTPS_PORT: String(port) });
      expect(await refused.exited).toBe(1);
      expect(refused.stderr).toMatch(new RegExp(`^bramble up: port ${port} is in use; .*BRAMBLE_UP_HTTPS_PORT.*\n$`));
    } finally {
      server.close();
    }
  });

  test('a folder that cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    const refused = up({}, join(folder, 'file', 'data'));
    expect(await refused.exited).toBe(1);
    expect(refused.stderr).toMatch(/^bramble up: .*cannot be the data folder: a file is in its place.*\n$/);
  });

  test('a folder that cannot be made', async () => {
    // Not even root can make one there.
    const refused = up({}, '/sys/bramble');
    expect(await refused.exited).toBe(1);
    expect(refused.stderr).toMatch(/^bramble up: \/sys\/bramble cannot be the data folder: .*\n$/);
  });

  test('a setting that there is none of', async () => {
    const refused = up({ BRAMBLE_UP_COLOUR: 'green' });
    expect(await refused.exited).toBe(1);
    expect(refused.stderr).toMatch(/^bramble up: BRAMBLE_UP_COLOUR is not a setting; .*\n$/);
  });

  test('packages that were not installed', async () => {
    const bare = join(folder, 'bramble');
    await writeFile(bare, await readFile(BRAMBLE), { mode: 0o755 });
    const refused = bramble(['up'], {}, bare);
    expect(await refused.exited).toBe(1);
    expect(refused.stderr).toMatch(/^bramble: its packages are not installed yet; run: npm ci .*\n$/);
  });

  test('a Node too old', async () => {
    const old = join(folder, 'bramble');
    await writeFile(old, await readFile(BRAMBLE), { mode: 0o755 });
    await mkdir(join(folder, 'node_modules', 'zod'), { recursive: true });
    await writeFile(join(folder, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
    const refused = bramble(['up'], { PATH: `${folder}:/usr/bin:/bin` }, old);
    expect(await refused.exited).toBe(1);
    expect(refused.stderr).toMatch(/^bramble: Node 24 or newer is needed, and .* is v20\.20\.2; run: npm ci .*\n$/);
  });
});

describe('bramble', () => {
  test('says its version, also through a symlink', async () => {
    const link = join(folder, 'b');
    await symlink(BRAMBLE, link);
    const said = bramble(['--version'], {}, link);
    expect(await said.exited).toBe(0);
    expect(said.stdout).toMatch(/^bramble \d+\.\d+\.\d+, Node v\d+/);
  });

  test('lists its commands, and suggests the nearest to a word it does not know', async () => {
    const help = bramble(['--help']);
    expect(await help.exited).toBe(0);
    for (const word of ['up', 'trust', 'login', 'control', 'gateway', 'chunkserver'])
      expect(help.stdout).toContain(`  ${word} `);
    const unknown = bramble(['trsut']);
    expect(await unknown.exited).toBe(2);
    expect(unknown.stderr).toContain('Did you mean `bramble trust`?');
  });

  test('becomes the process that it is asked for, which refuses a wrong setting in one line', async () => {
    const refused = bramble(['chunkserver'], { BRAMBLE_CHUNKSERVER_PORT: 'many' });
    const pid = refused.child.pid;
    expect(await refused.exited).toBe(1);
    expect(pid).toBeDefined();
    expect(refused.stderr).toMatch(/^bramble chunkserver: .*chunkserver\.port \(BRAMBLE_CHUNKSERVER_PORT\).*\n$/);
  });

  test('shows the authority that people are to trust once there is one', async () => {
    const none = bramble(['trust', '--data', folder]);
    expect(await none.exited).toBe(1);
    expect(none.stderr).toContain('start the bramble first');
    const [root = ''] = rootCertificates;
    await mkdir(join(folder, 'authority'));
    await writeFile(join(folder, 'authority', 'root.crt'), root);
    const printed = bramble(['trust', '--data', folder, '--print']);
    expect(await printed.exited).toBe(0);
    expect(printed.stdout).toBe(root);
    const shown = bramble(['trust', '--data', folder]);
    expect(await shown.exited).toBe(0);
    expect(shown.stdout).toContain(new X509Certificate(root).fingerprint256);
  });
});
