/** From the first word typed to what does it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../common/process/index.ts';
import { PROCESSES, type ProcessName, processEnvironment, runtimeArguments, SOURCES } from './launch.ts';
import { nearestWord } from './nearest-word.ts';

interface Runnable {
  /** One line for the list of commands. */
  readonly summary: string;
  run(args: string[]): Promise<number>;
}

const USAGE_EXIT = 2;

const PROCESS_SUMMARIES: Record<ProcessName, string> = {
  control: 'run control: the API, the log and what is made of it',
  gateway: 'run a gateway: what people and programs talk to',
  chunkserver: 'run a chunkserver: replicas on a disk',
};

/** @returns the exit code. */
export async function dispatch([word, ...rest]: string[]): Promise<number> {
  if (word === undefined || word === 'help' || word === '--help' || word === '-h') {
    if (word === 'help' && rest.length > 0) return await dispatch([...rest, '--help']);
    process.stdout.write(await help());
    return word === undefined ? USAGE_EXIT : 0;
  }
  if (word === '--version' || word === '-v') {
    process.stdout.write(`bramble ${await version()}, Node ${process.version}\n`);
    return 0;
  }
  if (isProcess(word)) return becomeProcess(word, rest);
  const commands = await allCommands();
  const load = commands.get(word);
  if (!load) {
    const near = nearestWord(word, [...commands.keys(), ...PROCESSES]);
    const hint = near ? ` Did you mean \`bramble ${near}\`?` : '';
    process.stderr.write(`bramble: '${word}' is not a command.${hint} \`bramble --help\` lists them.\n`);
    return USAGE_EXIT;
  }
  return await (await load()).run(rest);
}

async function allCommands(): Promise<Map<string, () => Promise<Runnable>>> {
  const { commands } = await import('./commands/index.ts');
  return new Map<string, () => Promise<Runnable>>([
    ['up', () => import('./up/index.ts')],
    ['trust', () => import('./trust/index.ts')],
    ...Object.entries(commands),
  ]);
}

function isProcess(word: string): word is ProcessName {
  return (PROCESSES as readonly string[]).includes(word);
}

/** From here on this very process, with its pid, is the one asked for: nothing stands between it and its supervisor. */
function becomeProcess(name: ProcessName, args: readonly string[]): never | number {
  const [first, file] = args;
  if (first === '--help' || first === '-h') {
    process.stdout.write(
      `bramble ${name}: ${PROCESS_SUMMARIES[name]}\n\nUsage: bramble ${name} [--config <file>]\n\n` +
        `Its settings are section ${name} of bramble.yaml, and BRAMBLE_${name.toUpperCase()}_… in the environment: ` +
        `docs/configuration.md.\n`,
    );
    return 0;
  }
  if (args.length > 0 && (first !== '--config' || file === undefined || args.length > 2)) {
    process.stderr.write(`bramble ${name}: takes \`--config <file>\` only.\n`);
    return USAGE_EXIT;
  }
  const env = processEnvironment(name, { ...process.env, ...(file !== undefined && { BRAMBLE_CONFIG: file }) });
  const { execve } = process;
  if (!execve) {
    process.stderr.write(
      `bramble ${name}: this system cannot replace a program; run: node ${runtimeArguments(name).join(' ')}\n`,
    );
    return 1;
  }
  return execve.call(
    process,
    process.execPath,
    [process.execPath, ...runtimeArguments(name)],
    env as NodeJS.ProcessEnv,
  );
}

async function version(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(SOURCES, 'package.json'), 'utf8')) as { version: string };
  return version;
}

async function help(): Promise<string> {
  const commands = await allCommands();
  const shown = [...commands].filter(([name]) => !name.startsWith('_'));
  const rows = await Promise.all(shown.map(async ([name, load]) => [name, (await load()).summary] as const));
  const list = (entries: readonly (readonly [string, string])[]) =>
    entries.map(([name, summary]) => `  ${name.padEnd(14)} ${summary}\n`).join('');
  return [
    'bramble: a private edge cloud out of a handful of small machines\n\n',
    'Usage: bramble COMMAND [options]\n\n',
    list(rows),
    '\nProcesses, where `bramble up` is not what starts them:\n\n',
    list(PROCESSES.map((name) => [name, PROCESS_SUMMARIES[name]])),
    '\n`bramble COMMAND --help` says more. `bramble --version` says which one this is.\n',
  ].join('');
}

/** A failure that no command reported: one line, and the exit code for it. */
export function reportFailure(error: unknown): number {
  process.stderr.write(`bramble: ${explain(error)}\n`);
  return 1;
}
