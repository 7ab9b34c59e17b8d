import { expect, test } from 'vitest';
import { nameInTarget, remoteTarget, safeLocalPath } from './target-name.ts';

test.each([
  // target, source, below, lands at
  ['', 'cat.jpg', undefined, 'cat.jpg'],
  ['2026/', 'cat.jpg', undefined, '2026/cat.jpg'],
  ['2026', 'cat.jpg', undefined, '2026'],
  ['', 'trip', 'a/b', 'trip/a/b'],
  ['2026/', 'trip', 'a/b', '2026/trip/a/b'],
  ['2026/', '.', 'a/b', '2026/a/b'],
  ['2026', 'trip', 'a/b', '2026/a/b'],
])('into %j, %j with %j lands at %j', (target, source, below, expected) => {
  expect(nameInTarget(remoteTarget(target), source, below)).toBe(expected);
});

test.each(['..', '../x', 'a/../x', '/x', 'a//b', 'a/.', 'a\0b'])('the key %j is no path on this machine', (key) => {
  expect(() => safeLocalPath(key)).toThrow('cannot be the name of a file');
});

test('other keys are, as they are', () => {
  expect(safeLocalPath('a/b c/…d.e')).toBe('a/b c/…d.e');
});
