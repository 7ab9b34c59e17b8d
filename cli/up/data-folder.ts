/** The data folder of a bramble on one machine. */
import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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
    await mkdir(folder, { recursive: true, mode: 0o750 });
    await access(folder, constants.W_OK | constants.X_OK);
    await mkdir(logFolder(folder), { recursive: true });
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

export function logFolder(dataFolder: string): string {
  return join(dataFolder, 'logs');
}

export function logPath(dataFolder: string, process: string): string {
  return join(logFolder(dataFolder), `${process}.log`);
}
