/** Programs that Go's own installer builds, pinned, kept between runs. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FOLDER = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'bramble', 'peers');

/** The program's path; built when it is not there yet, which takes minutes. */
export async function goProgram(name: string, module: `${string}@${string}`): Promise<string> {
  const folder = join(FOLDER, module.replaceAll(/[^\w.@-]/g, '_'));
  const program = join(folder, name);
  if (existsSync(program)) return program;
  process.stdout.write(`Building ${module} …\n`);
  mkdirSync(folder, { recursive: true });
  await promisify(execFile)('go', ['install', module], { env: { ...process.env, GOBIN: folder } });
  return program;
}
