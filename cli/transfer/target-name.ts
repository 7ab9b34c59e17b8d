/**
 * Where something lands, by the rule of `cp`, for both directions: a target that ends in a slash is a folder to put
 * into; otherwise it is the new name itself. A folder's contents alone are meant by `folder/.`.
 */
import { AppError } from '../../common/errors/index.ts';

export interface TransferTarget {
  /** Key or path; a folder's ends in a slash, or is empty for a bucket itself. */
  readonly name: string;
  readonly isFolder: boolean;
}

/**
 * @param sourceName the source's last segment; `.` for “the contents of”
 * @param below the path below the source when that is a folder, with slashes; undefined for a single file
 */
export function nameInTarget(target: TransferTarget, sourceName: string, below: string | undefined): string {
  if (below === undefined) return target.isFolder ? target.name + sourceName : target.name;
  if (!target.isFolder) return `${target.name}/${below}`;
  return sourceName === '.' ? target.name + below : `${target.name}${sourceName}/${below}`;
}

export function remoteTarget(key: string): TransferTarget {
  return { name: key, isFolder: key === '' || key.endsWith('/') };
}

/**
 * The part of a key that becomes a path on this machine. Keys are chosen by others, so nothing may lead out of the
 * target. @throws AppError for keys that no file can have.
 */
export function safeLocalPath(below: string): string {
  const bad = below.split('/').some((segment) => segment === '' || segment === '.' || segment === '..');
  if (bad || below.includes('\0')) {
    throw new AppError('not-a-file-name', 422, 'Not a file name', `The key '${below}' cannot be the name of a file.`);
  }
  return below;
}
