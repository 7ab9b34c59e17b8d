import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePages } from './write.ts';

test('the pages made from the code are as the code makes them; else run npm run docs', async () => {
  for (const [name, text] of Object.entries(await makePages())) {
    expect(await readFile(join(import.meta.dirname, name), 'utf8'), name).toBe(text);
  }
});
