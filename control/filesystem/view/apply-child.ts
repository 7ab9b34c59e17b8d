/** Run by the crash test: counts on from the applied height, one entry after the other, until it is killed. */
import { SYSTEM } from '../../log/index.ts';
import { silent } from '../test-master.ts';
import { openFilesystemView } from './filesystem-view.ts';

const view = await openFilesystemView({ folder: process.argv[2] ?? '', logger: silent });
const base = { actor: SYSTEM, requestId: 'r', at: 1 };
const versionSalt = new Uint8Array(10);
for (let height = view.appliedHeight() + 1; ; height++) {
  const content = { size: 1, etag: `e${height}`, contentType: '', headers: {}, inline: new Uint8Array(1), extents: [] };
  const name = { namespace: 'ada', bucket: 'photos', key: `k${height}` };
  await view.apply(
    height,
    height === 1
      ? [{ ...base, type: 'bucket.create', data: { namespace: 'ada', name: 'photos', visibility: 'private' } }]
      : [{ ...base, type: 'object.commit', data: { name, content, chunks: [], preconditions: {}, versionSalt } }],
  );
  if (height % 50 === 0) process.stdout.write(`${height}\n`);
}
