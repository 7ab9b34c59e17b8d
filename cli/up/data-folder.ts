/** The data folder of a bramble on one machine. */
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Conflict } from '../../common/errors/index.ts';

const REASONS: Record<string, string> = {
  EACCES: 'it is not writable',
  EPERM: 'it is not writable',
  EROFS: 'its filesystem is read-only',
  ENOSPC: 'its disk is full',
  EEXIST: 'a file is in its place',
  ENOTDIR: 'a file is in its place',
  ENOENT: 'nothing can be made there',
};

/** Makes the folder and that of the logs; answers its absolute path. @throws Conflict saying why it cannot be used. */
export async function prepareDataFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
    await makeFolder(logFolder(folder));
    return folder;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = REASONS[code];
    if (reason === undefined) throw error;
    throw new Conflict(
      `${folder} cannot be the data folder: ${reason} (${code}). Choose another one (--data) or fix its rights.`,
      { code: 'data-folder-unusable', cause: error },
    );
  }
}

/**
 * With the folders above it, where they are missing. Not by `recursive`: Node's own never ends where a folder is there
 * and yet nothing can be made in it with ENOENT, as in /proc.
 */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let path = folder; !(await isFolder(path)); path = dirname(path)) missing.push(path);
  for (const path of missing.reverse()) {
    await mkdir(path, { mode: 0o750 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** @throws whatever else but that there is nothing; ENOTDIR for a file. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' });
}

export function logFolder(dataFolder: string): string {
  return join(dataFolder, 'logs');
}

export function logPath(dataFolder: string, process: string): string {
  return join(logFolder(dataFolder), `${process}.log`);
}
