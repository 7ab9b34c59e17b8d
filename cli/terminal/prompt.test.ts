import { expect, test } from 'vitest';
import { typist } from '../test-typist.ts';
import { ask, askHidden, askNewPassword } from './prompt.ts';

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

const newPassword = (first: string, second: string) =>
  [
    ['New password: ', first],
    ['Once more: ', second],
  ] as const;

test('a new password is asked for twice, and again when the two differ', async () => {
  const alike = typist(newPassword('a new secret', 'a new secret'));
  expect(await askNewPassword(alike.terminal, '')).toBe('a new secret');
  const mistyped = typist([...newPassword('a new secret', 'a mew secret'), ...newPassword('a secret', 'a secret')]);
  expect(await askNewPassword(mistyped.terminal, '')).toBe('a secret');
  expect(mistyped.shown()).toContain('The two differ');
});

test('who cannot type the same twice gets an error after the third time', async () => {
  const { terminal } = typist(Array.from({ length: 3 }, () => newPassword('one', 'another')).flat());
  await expect(askNewPassword(terminal, '')).rejects.toThrow('differ');
});
