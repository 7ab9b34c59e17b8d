/** Programs that Rust's own installer builds, pinned, kept between runs. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FOLDER = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'bramble', 'peers');

/** The program's path; built when it is not there yet, which takes many minutes. */
export async function cargoProgram(crate: string, version: string): Promise<string> {
  const folder = join(FOLDER, `${crate}@${version}`);
  const program = join(folder, 'bin', crate);
  if (existsSync(program)) return program;
  process.stdout.write(`Building ${crate} ${version} …\n`);
  await promisify(execFile)('cargo', ['install', crate, '--version', version, '--locked', '--root', folder], {
    maxBuffer: 2 ** 28,
  });
  return program;
}
