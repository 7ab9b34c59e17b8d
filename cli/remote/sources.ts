/** The objects that remote paths on the command line stand for. */
import { NotFound } from '../../common/errors/index.ts';
import type { Connection } from '../client/index.ts';
import { UsageError } from '../command/exit-code.ts';
import { objectsBelow } from './listing.ts';
import { baseName, formatRemotePath, type ObjectAddress, objectUrlPath, parseRemotePath } from './remote-path.ts';

export interface RemoteItem {
  readonly address: ObjectAddress;
  readonly size: number;
  readonly etag: string;
  /** The last segment of what was typed; `.` for “the contents of”. */
  readonly sourceName: string;
  /** The key below a folder; undefined for a single object. */
  readonly below: string | undefined;
}

/** @param recursive whether a path may be a folder: then it is the object of that name too, when there is one. */
export async function* expandSources(
  bramble: Connection,
  sources: readonly string[],
  recursive: boolean,
): AsyncGenerator<RemoteItem> {
  for (const source of sources) {
    const path = parseRemotePath(source);
    const address = await bramble.resolve(path);
    if (!recursive) {
      if (path.key === '' || path.key.endsWith('/')) {
        throw new UsageError(
          `${formatRemotePath(path)} is a ${path.key === '' ? 'bucket' : 'folder'}; use -r for all that is in it.`,
        );
      }
      yield { ...(await inspect(bramble, address)), address, sourceName: baseName(path.key), below: undefined };
      continue;
    }
    const isContents = path.key === '.' || path.key.endsWith('/.');
    const key = isContents ? path.key.slice(0, -1) : path.key;
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    const sourceName = isContents ? '.' : baseName(key) || path.bucket;
    let found = false;
    try {
      for await (const object of objectsBelow(bramble, { ...address, prefix })) {
        found = true;
        const below = object.key.slice(prefix.length);
        // A key that ends in a slash marks a folder for some programs; it is no file.
        if (below === '' || below.endsWith('/')) continue;
        yield { address: { ...address, key: object.key }, size: object.size, etag: object.etag, sourceName, below };
      }
    } catch (error) {
      if (!(error instanceof NotFound) || found || key.endsWith('/')) throw error;
      yield { ...(await inspect(bramble, address)), address, sourceName: baseName(key), below: undefined };
    }
  }
}

async function inspect(bramble: Connection, address: ObjectAddress): Promise<{ size: number; etag: string }> {
  const response = await bramble.send({ method: 'HEAD', path: objectUrlPath(address) }, [404]);
  response.body.resume();
  if (response.status === 404) throw new NotFound(`There is no ${formatRemotePath(address)}.`);
  const { headers } = response;
  return { size: Number(headers['content-length']), etag: String(headers.etag ?? '').replace(/^(W\/)?"|"$/g, '') };
}
