/** Every package that package.json names has its line in dependencies.md, and no line is of a package that is gone. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');

const { dependencies, devDependencies, overrides } = JSON.parse(await read('../package.json')) as Record<
  'dependencies' | 'devDependencies' | 'overrides',
  Record<string, string>
>;
const { packages } = JSON.parse(await read('../package-lock.json')) as {
  packages: Record<string, { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }>;
};
const page = await read('dependencies.md');

/** The cells of the table below a heading, the package's name first, without its backticks. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')));
}

test.each([
  ['What the processes load', dependencies],
  ['What its makers need', devDependencies],
])('%s: one whole line for each package, and none that is stale', (heading, named) => {
  const rows = rowsBelow(heading);
  expect(rows.map(([name]) => name)).toEqual(Object.keys(named).sort());
  for (const cells of rows) {
    expect(cells, cells[0]).toHaveLength(6);
    for (const cell of cells) expect(cell, cells[0]).not.toBe('');
  }
});

test('every version that is held back is explained, as it is held', () => {
  const rows = rowsBelow('Versions held back');
  expect(Object.fromEntries(rows.map(([name, version]) => [name, version]))).toEqual(overrides);
});

test('what is said to have no compiled code has none in the lock file, and the other way round', () => {
  for (const [name = '', , , , arm64 = ''] of [
    ...rowsBelow('What the processes load'),
    ...rowsBelow('What its makers need'),
  ]) {
    const found = arm64Binaries(name);
    if (name === 'node') continue; // Its installer fetches the binary: the lock file does not know it.
    expect(found.length > 0 ? 'own' : 'all', `${name}: ${found.join(', ')}`).toBe(arm64.split(' ')[0]);
  }
});

/** Packages for Linux on arm64 that installing `name` brings along, at any depth. */
function arm64Binaries(name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const { dependencies = {}, optionalDependencies = {} } = packages[`node_modules/${name}`] ?? {};
  const below = Object.keys({ ...dependencies, ...optionalDependencies });
  return below.flatMap((other) => (/linux-arm64/.test(other) ? [other] : arm64Binaries(other, seen)));
}
