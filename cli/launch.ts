/** What every process of the bramble is started with, by `bramble <process>` and by `bramble up` alike. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Section } from '../common/config/index.ts';

/** The folder of the sources: that of `bramble`, `package.json` and one folder for each process. */
export const SOURCES = fileURLToPath(new URL('..', import.meta.url));

export const PROCESSES = ['control', 'gateway', 'chunkserver'] as const satisfies readonly Section[];
export type ProcessName = (typeof PROCESSES)[number];

export function entryPoint(name: ProcessName): string {
  return join(SOURCES, name, 'main.ts');
}

/**
 * Flags of Node's for the two processes that bytes pass through. Their buffers lie outside of V8's heap: counted against
 * a small heap, they would start a full collection for every 30 MB that pass (docs/internals/chunkserver.md, "Costs").
 */
const STREAMING = ['--external-memory-accounted-in-global-limit', '--initial-old-space-size=128'];

/** Arguments for the runtime that we run on ourselves: Node, or Deno. */
export function runtimeArguments(name: ProcessName): string[] {
  if (process.versions.deno) return ['run', '--allow-all', entryPoint(name)];
  return name === 'control' ? [entryPoint(name)] : [...STREAMING, entryPoint(name)];
}

/** Threads for the disk: with Node's four, parallel writers reach half of what the disk can do. */
const DISK_THREADS = '16';

export function processEnvironment(
  name: ProcessName,
  env: Record<string, string | undefined>,
): Record<string, string | undefined> {
  return {
    // Compiled code is kept between starts: about a third of a start is compiling.
    NODE_COMPILE_CACHE: join(SOURCES, 'node_modules', '.cache', 'bramble'),
    ...(name !== 'gateway' && { UV_THREADPOOL_SIZE: DISK_THREADS }),
    ...env,
  };
}
