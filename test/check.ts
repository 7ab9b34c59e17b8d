/**
 * `npm run check`: everything that can be said of the sources without running them. All checks run, side by side where
 * the cores allow, and each that fails prints what it found.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';

interface Check {
  name: string;
  command: string;
  args: string[];
}

const folders = ['bench', 'chunkserver', 'cli', 'common', 'control', 'docs', 'gateway', 'test'].filter((folder) =>
  readdirSync('.').includes(folder),
);

/** What Deno could run too: the processes, not their tests. */
const entryPoints = ['chunkserver', 'cli', 'control', 'gateway'].map((process) => `${process}/main.ts`);

const checks: Check[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types (tsc)', command: 'tsc', args: ['-p', '.'] },
  { name: 'types (deno)', command: 'deno', args: ['check', '--quiet', ...entryPoints] },
  { name: 'import rules', command: 'depcruise', args: ['--config', '.dependency-cruiser.json', ...folders] },
  { name: 'dead code', command: 'knip', args: ['--no-progress'] },
];

/** Runs one check; answers whether it passed. */
async function runCheck({ name, command, args }: Check): Promise<boolean> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  child.stdout.on('data', (piece) => {
    output += piece;
  });
  child.stderr.on('data', (piece) => {
    output += piece;
  });
  const passed = await new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      resolve(false);
    });
    child.once('close', (code) => resolve(code === 0));
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n${passed ? '' : `${output}\n`}`);
  return passed;
}

const results = await Promise.all(checks.map(runCheck));
process.exit(results.every(Boolean) ? 0 : 1);
