import { describe, expect, test } from 'vitest';
import { Conflict, Forbidden, NotFound, PreconditionFailed, Unauthenticated } from '../../common/errors/index.ts';
import { commands } from '../commands/index.ts';
import { openTestTerminal } from '../test-terminal.ts';
import type { Command } from './command.ts';
import { EXIT, exitCodeOf, SomeFailed, UsageError } from './exit-code.ts';

const shown = Object.entries(commands).filter(([name]) => !name.startsWith('_'));

async function allCommands(): Promise<Command[]> {
  const withSubcommands = (command: Command): Command[] => [
    command,
    ...Object.values(command.subcommands).flatMap(withSubcommands),
  ];
  return (await Promise.all(shown.map(([, load]) => load()))).flatMap(withSubcommands);
}

describe('every command', () => {
  test('helps, with its usage and its examples', async () => {
    await using terminal = await openTestTerminal();
    for (const command of await allCommands()) {
      const { code, stdout } = await terminal.run([...command.name.split(' '), '--help']);
      expect(code).toBe(EXIT.ok);
      expect(stdout).toContain(`Usage: bramble ${command.name}`);
      for (const example of command.examples) expect(stdout).toContain(example.command);
      expect(Object.keys(command.subcommands).length > 0 || command.examples.length > 0).toBe(true);
    }
  });

  test('refuses an option it does not have, in two lines and with exit code 2', async () => {
    await using terminal = await openTestTerminal();
    for (const command of await allCommands()) {
      const { code, stderr } = await terminal.run([...command.name.split(' '), '--wrong']);
      expect(code).toBe(EXIT.usage);
      expect(stderr).toBe(`bramble: Unknown option '--wrong'\nSee: bramble help ${command.name}\n`);
    }
  });

  test('has no two options of one letter', async () => {
    for (const { name, options } of await allCommands()) {
      const letters = Object.values(options).flatMap(({ short }) => short ?? []);
      expect(new Set(letters).size, name).toBe(letters.length);
    }
  });
});

test('operands that are missing or too many are exit code 2', async () => {
  await using terminal = await openTestTerminal();
  expect(await terminal.run(['put', 'one'])).toMatchObject({ code: EXIT.usage });
  expect(await terminal.run(['whoami', 'you'])).toMatchObject({ code: EXIT.usage });
  expect(await terminal.run(['token', 'steal'])).toMatchObject({ code: EXIT.usage });
});

test('with --json an error is a line of JSON on stderr', async () => {
  await using terminal = await openTestTerminal();
  const { stderr } = await terminal.run(['whoami', '--json']);
  expect(JSON.parse(stderr)).toEqual({
    error: { code: 'unauthenticated', status: 401, detail: 'You are not logged in; run bramble login.' },
  });
});

test('errors have the exit codes that the documentation names', () => {
  expect(exitCodeOf(new UsageError('x'))).toBe(2);
  expect([new Unauthenticated(), new Forbidden('x')].map(exitCodeOf)).toEqual([3, 3]);
  expect(exitCodeOf(new NotFound('x'))).toBe(4);
  expect([new Conflict('x'), new PreconditionFailed('x')].map(exitCodeOf)).toEqual([5, 5]);
  expect(exitCodeOf(new SomeFailed([new NotFound('x'), new NotFound('y')]))).toBe(4);
  expect(exitCodeOf(new SomeFailed([new NotFound('x'), new Error('y')]))).toBe(1);
});
