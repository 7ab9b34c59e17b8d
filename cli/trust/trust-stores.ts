/** Where programs on Linux look for authorities: Debian's system store, and NSS databases (Firefox, Chromium). */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { access, constants, copyFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const TOOL_TIMEOUT_MS = 60_000;

export interface Installed {
  /** Where to, as a person calls it. */
  store: string;
  /** What was in the way; absent when it is installed. */
  problem?: string;
}

/** Where to look for stores and for the programs that fill them. */
export interface TrustPlaces {
  /** Debian: `update-ca-certificates` takes every `.crt` in here. */
  systemFolder: string;
  /** Where browsers keep their profiles. */
  home: string;
  /** Folders of programs. */
  programs: readonly string[];
}

function thisMachine(): TrustPlaces {
  return {
    systemFolder: '/usr/local/share/ca-certificates',
    home: homedir(),
    programs: [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'],
  };
}

/** Puts the certificate in `path` into every store there is on this machine. */
export async function installAuthority(path: string, pem: string, places = thisMachine()): Promise<Installed[]> {
  // Several brambles may be trusted on one machine: the fingerprint tells them apart, and a second time changes nothing.
  const mark = new X509Certificate(pem).fingerprint256.replaceAll(':', '').slice(0, 12).toLowerCase();
  const name = `bramble-${mark}`;
  return [await installInSystem(path, name, places), ...(await installInBrowsers(path, name, places))];
}

async function installInSystem(path: string, name: string, places: TrustPlaces): Promise<Installed> {
  const store = `the system's store (${places.systemFolder})`;
  const tool = await findProgram('update-ca-certificates', places);
  if (!tool) return { store, problem: 'update-ca-certificates is not on this machine; add the certificate by hand.' };
  try {
    await copyFile(path, join(places.systemFolder, `${name}.crt`));
    await execute(tool, [], { timeout: TOOL_TIMEOUT_MS });
    return { store };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isForbidden = code === 'EACCES' || code === 'EPERM';
    return { store, problem: isForbidden ? 'needs root; run: sudo ./bramble trust --install' : message };
  }
}

async function installInBrowsers(path: string, name: string, places: TrustPlaces): Promise<Installed[]> {
  const certutil = await findProgram('certutil', places);
  if (!certutil) return [];
  return await Promise.all(
    (await nssFolders(places.home)).map(async (folder) => {
      try {
        const args = ['-A', '-d', `sql:${folder}`, '-n', name, '-t', 'C,,', '-i', path];
        await execute(certutil, args, { timeout: TOOL_TIMEOUT_MS });
        return { store: folder };
      } catch (error) {
        return { store: folder, problem: (error as Error).message };
      }
    }),
  );
}

/** Chromium's database, and one for each profile of Firefox. */
async function nssFolders(home: string): Promise<string[]> {
  const firefox = join(home, '.mozilla', 'firefox');
  const profiles = await readdir(firefox).catch(none);
  const candidates = [join(home, '.pki', 'nssdb'), ...profiles.map((profile) => join(firefox, profile))];
  const found = await Promise.all(candidates.map((folder) => isThere(join(folder, 'cert9.db'))));
  return candidates.filter((_, index) => found[index]);
}

function none(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}

async function findProgram(name: string, places: TrustPlaces): Promise<string | undefined> {
  for (const folder of places.programs) {
    const path = join(folder, name);
    if (await isThere(path, constants.X_OK)) return path;
  }
  return undefined;
}

async function isThere(path: string, mode = constants.F_OK): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
