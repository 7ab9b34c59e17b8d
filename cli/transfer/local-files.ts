/** What lies below a local folder: plain files only, in the order of their names. */
import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface LocalFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface FoundFile extends LocalFile {
  /** Below the folder that was walked, with slashes. */
  readonly below: string;
}

export interface WalkReports {
  /** A link, socket, pipe or device: not uploaded. */
  skipped(path: string, why: string): void;
  unreadable(path: string, error: unknown): void;
}

export async function localFile(path: string): Promise<LocalFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, size, mtimeMs };
}

export async function* walkFolder(folder: string, reports: WalkReports, below = ''): AsyncGenerator<FoundFile> {
  for (const entry of await readFolder(folder, reports)) {
    const path = join(folder, entry.name);
    const name = below + entry.name;
    if (entry.isDirectory()) yield* walkFolder(path, reports, `${name}/`);
    else if (entry.isSymbolicLink()) reports.skipped(path, 'a symbolic link');
    else if (!entry.isFile()) reports.skipped(path, 'not a plain file');
    else {
      const file = await localFile(path).catch((error: unknown) => {
        reports.unreadable(path, error);
        return undefined;
      });
      if (file) yield { ...file, below: name };
    }
  }
}

async function readFolder(folder: string, reports: WalkReports): Promise<Dirent[]> {
  try {
    const entries = await Array.fromAsync(await opendir(folder));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    reports.unreadable(folder, error);
    return [];
  }
}
