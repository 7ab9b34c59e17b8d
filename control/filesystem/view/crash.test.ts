import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silent, temporaryFolder } from '../test-master.ts';
import { openFilesystemView } from './filesystem-view.ts';

const node = join(import.meta.dirname, '../../../node_modules/.bin/node');

test('killed at any moment, each entry is in the view exactly once or not at all', { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  let before = 0;
  for (let round = 0; round < 6; round++) {
    const child = spawn(node, [join(import.meta.dirname, 'apply-child.ts'), folder.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for (let news = 0; news <= round; news++) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    // Opened as after a kill: trusted, since the machine did not go down.
    const view = await openFilesystemView({ folder: folder.path, logger: silent });
    const height = view.appliedHeight();
    expect(height).toBeGreaterThan(before);
    expect(view.totals()).toMatchObject({ objects: height - 1, logicalBytes: height - 1 });
    expect(view.bucket('ada', 'photos')).toMatchObject({ objects: height - 1, bytes: height - 1 });
    const { items } = view.list({ bucketId: 1, prefix: '', delimiter: '', limit: 1_000_000 });
    expect(items.length).toBe(height - 1);
    before = height;
    await view[Symbol.asyncDispose]();
  }
});
