import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from './log-file.ts';

let folder: string;
let errors: Error[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bramble-log-'));
  errors = [];
});
afterEach(() => rm(folder, { recursive: true }));

const open = (files = 3) =>
  LogFile.open({ path: join(folder, 'x.log'), sizeBytes: 20, files, onError: (error) => void errors.push(error) });

test('a full file is put aside at the end of a line, and the oldest dropped', async () => {
  {
    await using log = await open();
    for (let line = 0; line < 9; line++) {
      void log.append(Buffer.from(`line ${line} `));
      await log.append(Buffer.from('ends here\n'));
    }
  }
  expect((await readdir(folder)).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
  const contents = await Promise.all(['', '.1', '.2'].map((end) => readFile(join(folder, `x.log${end}`), 'utf8')));
  expect(contents).toEqual([
    'line 8 ends here\n',
    'line 6 ends here\nline 7 ends here\n',
    'line 4 ends here\nline 5 ends here\n',
  ]);
});

test('what was there is gone on with', async () => {
  for (const text of ['one\n', 'two\n']) {
    await using log = await open();
    await log.append(Buffer.from(text));
  }
  expect(await readFile(join(folder, 'x.log'), 'utf8')).toBe('one\ntwo\n');
});

test('a disk that refuses is told once, and lines go on when it takes them again', async () => {
  await using log = await open(1);
  await log.append(Buffer.from('a line that fills it\n'));
  await mkdir(join(folder, 'x.log'));
  await log.append(Buffer.from('lost\n'));
  await log.append(Buffer.from('lost\n'));
  expect(errors).toHaveLength(1);
  await rm(join(folder, 'x.log'), { recursive: true });
  await log.append(Buffer.from('kept\n'));
  expect(await readFile(join(folder, 'x.log'), 'utf8')).toBe('kept\n');
});
