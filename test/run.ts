/**
 * `npm test`: installs what the tests need, runs the static checks, then the complete suite with the embedded database
 * and again with a PostgreSQL server. Words after `--` choose test files, as with vitest, and skip the static checks.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './postgres.ts';
import { installPythonPackages } from './python-packages.ts';
import { installSystemPackages } from './system-packages.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const chosen = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), 'bramble-test-'));

/** Runs a command in the foreground; answers its exit code. */
async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Runs the suite; what did not get as far as counting its tests is one failure. */
async function runSuite(engine: string, env: Record<string, string>): Promise<Counts> {
  process.stdout.write(`\nThe suite with ${engine}:\n`);
  const report = join(reports, `${engine}.json`);
  const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run('vitest', ['run', ...reporting, ...chosen], env);
  const counts = readCounts(report);
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readCounts(report: string): Counts {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
  } catch {
    // No report: vitest did not come so far. The suite's exit code tells.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

installSystemPackages();
installPythonPackages();
if (chosen.length === 0 && (await run(process.execPath, ['test/check.ts'])) !== 0) process.exit(1);
const embedded = await runSuite('PGlite', {});
await using postgres = await startPostgres();
const server = await runSuite('PostgreSQL', { BRAMBLE_TEST_DATABASE_URL: postgres.url });
rmSync(reports, { recursive: true, force: true });
const total = (field: keyof Counts) => embedded[field] + server[field];
process.stdout.write(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped\n`);
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1;
