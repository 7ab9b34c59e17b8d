import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commands } from '../commands/index.ts';
import { type CompletionSources, complete } from './complete.ts';
import { completionScript, SHELLS } from './scripts.ts';

const sources: CompletionSources = {
  commands: async () => Object.keys(commands).map((word) => ({ word, description: '' })),
  load: async (name) => commands[name]?.(),
  profiles: async () => ['default', 'home'],
  remotePaths: async (prefix, { namespace }) =>
    ['photos/', 'papers/']
      .filter((word) => word.startsWith(prefix))
      .map((word) => ({ word, description: namespace ?? '' })),
};

async function words(...typed: string[]): Promise<string[]> {
  const { candidates, directive } = await complete(typed, sources);
  return [...candidates.map(({ word }) => word), `:${directive}`];
}

describe('completion', () => {
  test('of commands and subcommands', async () => {
    expect(await words('log')).toEqual(['login', 'logout', ':done']);
    expect(await words('token', '')).toEqual(['create', 'ls', 'rm', ':done']);
  });

  test('of options and their values', async () => {
    expect(await words('put', '--no')).toEqual(['--no-clobber', ':done']);
    expect(await words('mb', '--visibility', 'p')).toEqual(['private', 'public', ':done']);
    expect(await words('ls', '--profile', '')).toEqual(['default', 'home', ':done']);
    expect(await words('rm', '--', '--no')).toEqual([':open']);
  });

  test('of remote paths, in the namespace that was typed', async () => {
    expect(await words('ls', 'ph')).toEqual(['photos/', ':open']);
    expect((await complete(['ls', '-n', 'club', 'ph'], sources)).candidates).toEqual([
      { word: 'photos/', description: 'club' },
    ]);
  });

  test('of local files first and both after, where both may stand', async () => {
    expect(await words('put', '')).toEqual([':files']);
    expect(await words('put', 'cat.jpg', 'ph')).toEqual(['photos/', ':files']);
  });
});

test.each(SHELLS)('the %s script asks bramble __complete', (shell) => {
  expect(completionScript(shell)).toContain('__complete --');
});

test('bash takes its script, and completes with what bramble answers', () => {
  const script = `
    bramble() { printf '%s\\n' $'photos/a\\tobject' ':open'; }
    ${completionScript('bash')}
    COMP_LINE='bramble ls ph'; COMP_POINT=\${#COMP_LINE}; _bramble; printf '%s' "\${COMPREPLY[*]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({ stdout: 'photos/a', stderr: '', status: 0 });
});
