/**
 * How every process starts and ends. It tells its supervisor over Node's IPC channel when it is ready, ends in order on
 * SIGTERM, SIGINT or the supervisor's death, and prints one clear line with exit code 1 when it cannot start.
 */
import { writeSync } from 'node:fs';
import { AppError } from '../errors/index.ts';

export interface RunningProcess extends AsyncDisposable {
  /** What others need to know, told to the supervisor: `{ address: '127.0.0.1:7441' }`. */
  readonly facts: Record<string, string>;
}

export type SupervisorMessage = { kind: 'ready'; facts: Record<string, string> } | { kind: 'identities' };

/** Tells the supervisor, when there is one. */
export function tellSupervisor(message: SupervisorMessage): void {
  if (process.connected) process.send?.(message);
}

/** Starts with `start`; the process ends when asked to. The signal is aborted as soon as it is. */
export async function runProcess(
  name: string,
  start: (stopping: AbortSignal) => Promise<RunningProcess>,
): Promise<void> {
  const stopping = new AbortController();
  const stop = Promise.withResolvers<void>();
  const requestStop = () => {
    stopping.abort(new Error(`${name} is stopping.`));
    stop.resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, requestStop);
  process.on('disconnect', requestStop);
  let running: RunningProcess;
  try {
    running = await start(stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    failStart(name, error);
  }
  tellSupervisor({ kind: 'ready', facts: running.facts });
  await stop.promise;
  await running[Symbol.asyncDispose]();
  process.exit(0);
}

function failStart(name: string, error: unknown): never {
  writeSync(2, `bramble ${name}: ${explain(error)}\n`);
  process.exit(1);
}

/** One line that says what is wrong and what to do. */
export function explain(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const { code, port, path, message, stack } = error as NodeJS.ErrnoException & { port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is in use; stop what listens there or configure another one.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return port
        ? `port ${port} needs more rights; configure one above 1023.`
        : `${path} is not writable; choose another folder or fix its rights.`;
    case 'ENOENT':
      return path ? `${path} is missing.` : (stack ?? message);
    case 'ENOSPC':
      return `the disk that holds ${path ?? 'the data folder'} is full.`;
    default:
      return stack ?? message ?? String(error);
  }
}
