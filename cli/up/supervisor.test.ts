import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../common/clock/index.ts';
import { createLogger } from '../../common/logging/index.ts';
import type { Plan, ProcessPlan } from './plan.ts';
import { isAlive } from './process-birth.ts';
import { Supervisor } from './supervisor.ts';

const FAKE = fileURLToPath(new URL('./testing/fake-process.ts', import.meta.url));

type Behaviour = Record<string, unknown>;

let folder: string;
let supervisor: Supervisor | undefined;
let notices: string[];
let output: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-supervisor-'));
  supervisor = undefined;
  notices = [];
  output = '';
});
afterEach(async () => {
  await supervisor?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function supervise(behaviours: Record<string, Behaviour> = {}, startTimeoutMs = 20_000): Supervisor {
  const fake = (name: string, role: ProcessPlan['role']): ProcessPlan => ({
    name,
    role,
    env: {
      FAKE_NAME: name,
      FAKE_EVENTS: join(folder, 'events'),
      FAKE_BEHAVIOUR: JSON.stringify(behaviours[name] ?? {}),
    },
  });
  const plan: Plan = {
    control: fake('control', 'control'),
    gateway: fake('gateway', 'gateway'),
    chunkservers: [fake('chunkserver-1', 'chunkserver'), fake('chunkserver-2', 'chunkserver')],
    httpsPort: 0,
    httpPort: 0,
    s3Port: 0,
  };
  const options = {
    clock: systemClock,
    logger: createLogger({ process: 'test', level: 'silent' }),
    startTimeoutMs,
    healthyAfterMs: 10_000,
    notice: (line: string) => void notices.push(line),
    output: async (_name: string, bytes: Uint8Array) => {
      output += Buffer.from(bytes).toString('utf8');
    },
    started: async () => {},
  };
  supervisor = new Supervisor(plan, process.env, options, () => [FAKE]);
  return supervisor;
}

async function events(): Promise<string[]> {
  await appendFile(join(folder, 'events'), '');
  return (await readFile(join(folder, 'events'), 'utf8')).trim().split('\n');
}

async function until(condition: () => boolean | Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('The condition was not met in time.');
    await systemClock.sleep(10);
  }
}

function childOf(running: Supervisor, name: string) {
  const child = running.children.find((each) => each.name === name);
  if (!child) throw new Error(`There is no ${name}.`);
  return child;
}

describe('a start', () => {
  test('begins with control; the others follow when identities are there, while control still opens its views', async () => {
    const gate = join(folder, 'gate');
    const running = supervise({ control: { tellsIdentities: true, readyAfter: gate } });
    const start = running.start();
    await until(async () => (await events()).includes('gateway ready'));
    expect((await events())[0]).toBe('control started');
    expect(await events()).not.toContain('control ready');
    await writeFile(gate, '');
    const facts = await start;
    expect(Object.keys(facts)).toEqual(['control', 'chunkserver-1', 'chunkserver-2', 'gateway']);
    expect(facts.gateway?.address).toBe(`127.0.0.1:${childOf(running, 'gateway').pid}`);
    expect(output).toContain('"msg":"hello"');
  });

  test('fails with what the process said that refuses', async () => {
    const running = supervise({ 'chunkserver-2': { refuses: 'bramble chunkserver: the disk is full.' } });
    await expect(running.start()).rejects.toThrow(/^chunkserver: the disk is full\.$/);
  });

  test('ends a process that is not ready in time, and tries again', async () => {
    const running = supervise({ gateway: { readyAfter: join(folder, 'never') } }, 700);
    void running.start().catch(() => {});
    await until(() => notices.some((line) => line.includes('gateway was killed by SIGKILL; starting it again')));
    expect(notices[0]).toMatch(/gateway was not ready after 0\.7 s/);
  });
});

describe('a child that dies', () => {
  test('is started again at once, and its address stays', async () => {
    const running = supervise();
    await running.start();
    const child = childOf(running, 'chunkserver-1');
    const first = child.pid ?? 0;
    const began = performance.now();
    process.kill(first, 'SIGKILL');
    await until(() => notices.includes('chunkserver-1 is ready again'));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(child.pid).not.toBe(first);
    expect(notices[0]).toBe('chunkserver-1 was killed by SIGKILL; starting it again in 100 ms');
  });
});

describe('a stop', () => {
  test('goes through gateway, chunkservers, control', async () => {
    const running = supervise();
    await running.start();
    await running[Symbol.asyncDispose]();
    const stops = (await events()).filter((line) => line.endsWith('stopped'));
    expect(stops[0]).toBe('gateway stopped');
    expect(stops.slice(1, 3).sort()).toEqual(['chunkserver-1 stopped', 'chunkserver-2 stopped']);
    expect(stops[3]).toBe('control stopped');
  });

  test('takes under five seconds when nobody listens, and leaves nobody', async () => {
    const deaf = { isDeaf: true };
    const running = supervise({ control: deaf, gateway: deaf, 'chunkserver-1': deaf, 'chunkserver-2': deaf });
    await running.start();
    const pids = running.children.map(({ pid }) => pid ?? 0);
    const began = performance.now();
    await running[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('in the middle of a start ends what was begun, and begins nothing more', async () => {
    const running = supervise({ control: { readyAfter: join(folder, 'never') } });
    const failed = expect(running.start()).rejects.toThrow(/stopped/);
    await until(async () => (await events()).includes('control started'));
    await running[Symbol.asyncDispose]();
    await failed;
    expect((await events()).filter((line) => line.endsWith('started'))).toEqual(['control started']);
  });

  test('at once kills all', async () => {
    const running = supervise({ gateway: { isDeaf: true } });
    await running.start();
    const pids = running.children.map(({ pid }) => pid ?? 0);
    running.kill();
    await until(() => !pids.some(isAlive), 2_000);
    expect(notices).toEqual([]);
  });
});
