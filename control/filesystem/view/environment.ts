/**
 * The LMDB environment under the view, and when it may be trusted.
 *
 * LMDB writes here without syncing: a transaction costs tens of microseconds instead of milliseconds, and durability is the
 * log's part. A kill -9 does no harm, since what was written is in the kernel's page cache in order. A power cut may leave
 * any mix of old and new pages, which LMDB does not always notice. So a marker beside the environment says in which boot of
 * the machine it was last in use: after another boot without a clean end it is set aside and built anew from snapshot and log.
 */
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { Disk } from '../../../common/disk/index.ts';
import type { Logger } from '../../../common/logging/index.ts';

const MARKER = 'last-use';
const CLEAN = 'clean';
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** LMDB's limit at its page size of 4 KiB. No key that is written comes near it: names and keys of objects are shorter. */
export const KEY_LIMIT_BYTES = 1978;

export type Environment = RootDatabase<Buffer, Buffer>;

export async function openEnvironment(folder: string, disk: Disk, logger: Logger): Promise<Environment> {
  await disk.makeFolder(folder);
  const path = join(folder, 'environment');
  const boot = await bootId(disk);
  const distrust = await reasonToDistrust(disk, folder, path, boot);
  if (distrust) await setAside(disk, path, logger, distrust);
  await disk.replaceFile(join(folder, MARKER), Buffer.from(boot));
  try {
    return openAt(path);
  } catch (error) {
    await setAside(disk, path, logger, `it cannot be opened: ${(error as Error).message}`);
    return openAt(path);
  }
}

/** Makes all of it durable and says so: the next opening may trust it, whatever happens to the machine. */
export async function closeEnvironment(environment: Environment, folder: string, disk: Disk): Promise<void> {
  await environment.close();
  const file = await disk.open(join(folder, 'environment', 'data.mdb'), 'write');
  await file.sync();
  await file.close();
  await disk.replaceFile(join(folder, MARKER), Buffer.from(CLEAN));
}

function openAt(path: string): Environment {
  return open<Buffer, Buffer>({
    path,
    keyEncoding: 'binary',
    encoding: 'binary',
    noSync: true,
    overlappingSync: false,
    noSubdir: false,
  });
}

async function reasonToDistrust(disk: Disk, folder: string, path: string, boot: string): Promise<string | undefined> {
  if (!(await disk.exists(join(path, 'data.mdb')))) return undefined;
  if (!(await disk.exists(join(folder, MARKER)))) return 'nothing says when it was last in use';
  const marker = (await disk.readFile(join(folder, MARKER))).toString('utf8');
  if (marker === CLEAN) return undefined;
  if (marker === boot && boot !== '') return undefined;
  return 'the machine went down while it was in use';
}

/** Keeps the last one that was set aside, for whoever wants to look into it. */
async function setAside(disk: Disk, path: string, logger: Logger, reason: string): Promise<void> {
  const aside = `${path}.set-aside`;
  logger.warn({ path, aside, reason }, 'the filesystem view is set aside and built anew from snapshot and log');
  await disk.remove(aside);
  await disk.rename(path, aside);
}

/** Empty where the kernel does not say: then only a clean end is trusted. */
async function bootId(disk: Disk): Promise<string> {
  return (await disk.exists(BOOT_ID)) ? (await disk.readFile(BOOT_ID)).toString('utf8').trim() : '';
}
