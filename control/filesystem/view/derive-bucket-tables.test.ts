import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeDisk } from '../../../common/disk/index.ts';
import { SYSTEM } from '../../log/index.ts';
import { silent, temporaryFolder } from '../test-master.ts';
import { namespaceUsageKey, s3NameKey, s3NameTable } from './bucket-tables.ts';
import { closeEnvironment, openEnvironment } from './environment.ts';
import { openFilesystemView } from './filesystem-view.ts';

test('a view from before has names and usage made of what is in it, as if they had always been kept', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'view');
  const command = (type: string, data: unknown) => ({ type, at: 1, actor: SYSTEM, requestId: 'r', data });
  const bucket = (namespace: string, name: string) =>
    command('bucket.create', { namespace, name, visibility: 'private' });
  const content = { size: 3, etag: 'e', contentType: '', headers: {}, inline: new Uint8Array(3), extents: [] };
  const name = { namespace: 'ada', bucket: 'photos', key: 'k' };
  const before = await openFilesystemView({ folder: path, logger: silent });
  await before.apply(1, [bucket('eve', 'photos'), bucket('ada', 'photos'), bucket('ada', 'films')]);
  const commit = { name, content, chunks: [], preconditions: {}, versionSalt: new Uint8Array(10) };
  expect(await before.apply(2, [command('object.commit', commit)])).toMatchObject([{ ok: true }]);
  const usage = { ada: before.usage('ada'), eve: before.usage('eve') };
  expect(usage).toMatchObject({ ada: { bytes: 3, objects: 1, buckets: 2 }, eve: { bytes: 0, buckets: 1 } });
  await before[Symbol.asyncDispose]();

  const environment = await openEnvironment(path, nodeDisk, silent);
  for (const key of [
    namespaceUsageKey('ada'),
    namespaceUsageKey('eve'),
    s3NameKey('photos'),
    s3NameKey('films'),
    Buffer.of(0x23),
  ]) {
    expect(environment.removeSync(key)).toBe(true);
  }
  await closeEnvironment(environment, path, nodeDisk);

  await using after = await openFilesystemView({ folder: path, logger: silent });
  expect({ ada: after.usage('ada'), eve: after.usage('eve') }).toEqual(usage);
  expect(after.get(s3NameTable, s3NameKey('photos'))).toEqual(['eve', 'ada']);
  expect(await after.apply(3, [command('bucket.delete', { namespace: 'ada', name: 'films' })])).toMatchObject([
    { ok: true },
  ]);
  expect(after.usage('ada').buckets).toBe(1);
  expect(after.get(s3NameTable, s3NameKey('films'))).toBeUndefined();
});
