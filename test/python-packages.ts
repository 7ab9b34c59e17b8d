/** The Python programs that the tests use, in a virtual environment of their own. What is missing is installed, and said so. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The AWS CLI and boto3 as most people have them; with AWS's CRT they send CRC64NVME trailers. */
const PACKAGES = ['awscli==1.45.11', 'boto3[crt]==1.43.11'];

const FOLDER = join(import.meta.dirname, '..', 'node_modules', '.cache', 'bramble', 'python');
const INSTALLED = join(FOLDER, 'installed.txt');

export const PYTHON = join(FOLDER, 'bin', 'python');
export const AWS_CLI = join(FOLDER, 'bin', 'aws');

export function installPythonPackages(): void {
  const wanted = PACKAGES.join('\n');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return;
  process.stdout.write(`The tests need ${PACKAGES.join(', ')}: installing with pip.\n`);
  execFileSync('python3', ['-m', 'venv', '--clear', FOLDER], { stdio: 'inherit' });
  execFileSync(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  writeFileSync(INSTALLED, wanted);
}
