/** The examples in these pages are run as they stand: every block marked `sh`, page by page, by a logged-in person. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBramble, type TestBramble } from '../test/bramble.ts';
import { AWS_CLI } from '../test/python-packages.ts';

const PAGES = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.md'));
const ROOT = join(import.meta.dirname, '..');

let bramble: TestBramble;
let home: string;

beforeAll(async () => {
  bramble = await startBramble();
  await bramble.login();
  home = await mkdtemp(join(tmpdir(), 'bramble-examples-'));
});

afterAll(async () => {
  await bramble?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

interface Example {
  line: number;
  text: string;
}

function examplesOf(page: string): Example[] {
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => ({
    line: page.slice(0, match.index).split('\n').length,
    text: match[1] ?? '',
  }));
}

test.each(PAGES)('the examples of %s work', { timeout: 120_000 }, async (name) => {
  const examples = examplesOf(await readFile(join(import.meta.dirname, name), 'utf8'));
  const folder = await mkdtemp(join(home, 'page-'));
  const script = examples.map(({ line, text }) => `# ${name}:${line}\n${text}`).join('\n');
  const { code, output } = await runScript(script, folder);
  expect(code, output).toBe(0);
});

test('the two minutes of the README work, after the login', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(home, 'readme-'));
  await mkdir(join(folder, 'Pictures'));
  await writeFile(join(folder, 'Pictures', 'cat.jpg'), 'a cat');
  await symlink(join(ROOT, 'bramble'), join(folder, 'bramble'));
  const [install, first] = examplesOf(await readFile(join(ROOT, 'README.md'), 'utf8'));
  expect(install?.text).toBe('npm ci && npm start\n');
  const commands = first?.text.replace(/^.\/bramble login .*\n/, '') ?? '';
  expect(commands).not.toBe(first?.text);
  // In a namespace of its own: another page has a bucket of the same name.
  const { code, output } = await runScript(
    `bramble namespace create readme\nexport BRAMBLE_NAMESPACE=readme\n${commands}`,
    folder,
  );
  expect(code, output).toBe(0);
  expect(output).toContain('/s/');
});

async function runScript(script: string, cwd: string): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    ...bramble.cliEnvironment,
    BRAMBLE_S3: bramble.s3Url,
    PATH: `${ROOT}:${dirname(AWS_CLI)}:${process.env.PATH}`,
    HOME: cwd,
  };
  const shell = spawn('bash', ['-x', '-o', 'errexit', '-o', 'pipefail', '-o', 'nounset'], { cwd, env });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (piece) => {
      output += piece;
    });
  }
  shell.stdin.end(script);
  const [code] = (await once(shell, 'close')) as [number];
  return { code, output };
}
