import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ask, askHidden, askNewPassword } from './prompt.ts';
import type { Terminal } from './terminal.ts';

/** Types each answer once its question is shown. */
function typist(answers: readonly (readonly [question: string, answer: string])[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const left = [...answers];
  let shown = '';
  const stderr = new PassThrough();
  stderr.on('data', (piece: Buffer) => {
    shown += piece.toString();
    if (left[0] === undefined || !shown.endsWith(left[0][0])) return;
    const [, answer] = left.shift() ?? ['', ''];
    setImmediate(() => stdin.write(`${answer}\r`));
  });
  const terminal: Terminal = {
    stdin,
    stderr,
    stdout: new PassThrough(),
    env: {},
    folder: '.',
    signal: AbortSignal.timeout(10_000),
  };
  return { terminal, shown: () => shown };
}

test('a password is not shown, also when a question before it was answered in sight', async () => {
  const { terminal, shown } = typist([
    ['Name: ', 'ada'],
    ['Password: ', 'a secret'],
  ]);
  expect(await ask(terminal, 'Name: ', '')).toBe('ada');
  expect(await askHidden(terminal, 'Password: ', '')).toBe('a secret');
  expect(shown()).toContain('ada');
  expect(shown()).not.toContain('secret');
});

test('a new password is asked for twice, and refused when the two differ', async () => {
  const alike = typist([
    ['New password: ', 'a new secret'],
    ['Once more: ', 'a new secret'],
  ]);
  expect(await askNewPassword(alike.terminal, '')).toBe('a new secret');
  const different = typist([
    ['New password: ', 'a new secret'],
    ['Once more: ', 'another'],
  ]);
  await expect(askNewPassword(different.terminal, '')).rejects.toThrow('differ');
});
