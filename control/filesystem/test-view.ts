/** For tests: a view in a temporary folder with one bucket `photos` of `ada`, and commands to change it. */
import type { ObjectContent, WrittenChunk } from '../../common/filesystem/index.ts';
import { type Command, SYSTEM } from '../log/index.ts';
import type { Deletion, FilesystemCommands, FilesystemCommandType } from './commands/data.ts';
import { silent, temporaryFolder } from './test-master.ts';
import { openFilesystemView } from './view/filesystem-view.ts';
import { VERSION_SALT_BYTES } from './view/version-id.ts';

export const BUCKET = { namespace: 'ada', bucket: 'photos' };
export const versionSalt = new Uint8Array(VERSION_SALT_BYTES);
export const nameOf = (key: string) => ({ ...BUCKET, key });

export async function openTestView() {
  const folder = await temporaryFolder();
  const view = await openFilesystemView({ folder: folder.path, logger: silent });
  let height = 0;
  const apply = async (...commands: Command[]) => {
    height += 1;
    return view.apply(height, commands);
  };
  await apply(command('bucket.create', { namespace: 'ada', name: 'photos', visibility: 'private' }));
  return {
    view,
    apply,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await view[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export function command<Type extends FilesystemCommandType>(
  type: Type,
  data: FilesystemCommands[Type],
  at = 1000,
): Command {
  return { type, at, actor: SYSTEM, requestId: 'r', data };
}

export function commitOf(key: string, content: ObjectContent, chunks: WrittenChunk[] = [], preconditions = {}) {
  return command('object.commit', { name: nameOf(key), content, chunks, preconditions, versionSalt });
}

export function copyOf(from: string, to: string, changes: Partial<FilesystemCommands['object.copy']> = {}) {
  return { from: nameOf(from), to: nameOf(to), preconditions: {}, sourceConditions: {}, versionSalt, ...changes };
}

export function deletionOf(items: Deletion[], at?: number): Command {
  return command('object.delete', { bucket: BUCKET, items, versionSalt }, at);
}

export function versioningOf(value: 'Enabled' | 'Suspended'): Command {
  return command('bucket.configure', { namespace: 'ada', name: 'photos', setting: 'versioning', value });
}

export function plain(etag: string, changes: Partial<ObjectContent> = {}): ObjectContent {
  return { size: 0, etag, contentType: '', headers: {}, extents: [], ...changes };
}
