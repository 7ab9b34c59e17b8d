/** A bramble's processes as `bramble status` tells them now, by way of the kernel: children of the supervisor. */
import { readdirSync, readFileSync } from 'node:fs';
import type { TestBramble } from './bramble.ts';
import { waitFor } from './wait-for.ts';

/** The pid of a running process of the bramble, by name (`control`, `chunkserver-2`); undefined while it is away. */
export function pidOf(bramble: TestBramble, name: string): number | undefined {
  const entry = `${name.replace(/-\d+$/, '')}/main.ts`;
  return children(bramble.pid).find((pid) => {
    const isEntry = read(`/proc/${pid}/cmdline`).includes(entry);
    return isEntry && (!name.includes('-') || read(`/proc/${pid}/environ`).includes(`/${name}"`));
  });
}

/** Ends it by SIGKILL and waits until the supervisor has started another. */
export async function killAndAwaitRestart(bramble: TestBramble, name: string): Promise<void> {
  const old = pidOf(bramble, name);
  if (old === undefined) throw new Error(`${name} does not run.`);
  process.kill(old, 'SIGKILL');
  await waitFor(`${name} is started again`, () => {
    const pid = pidOf(bramble, name);
    return pid !== undefined && pid !== old;
  });
}

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1]) * 1024;
}

function children(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => new RegExp(`^PPid:\\s+${parent}$`, 'm').test(read(`/proc/${pid}/status`)));
}

/** Empty when the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
