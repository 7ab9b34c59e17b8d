/** Tells a process from a later one that was given the same pid: by the boot, and the tick since it, it began at. */
import { readFile } from 'node:fs/promises';

/** When the process began, or undefined when there is none, or the system does not say (only Linux does). */
export async function processBirth(pid: number): Promise<string | undefined> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // proc(5): the name in parentheses may hold anything; state is the first field behind it, starttime the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' || !ticks ? undefined : `${boot.trim()}/${ticks}`;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process that began at `birth` under this pid still runs. */
export async function isStillRunning(pid: number, birth: string | undefined): Promise<boolean> {
  const now = await processBirth(pid);
  if (birth === undefined || process.platform !== 'linux') return isAlive(pid);
  return now === birth;
}
