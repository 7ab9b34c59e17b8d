import { join } from 'node:path';
import type { Clock } from '../../common/clock/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import { type Random, uuidV7 } from '../../common/ids/index.ts';

/** The identity of the log that `folder` holds, made at the first call and kept beside it in `log-identity`. */
export async function openLogIdentity(disk: Disk, folder: string, clock: Clock, random: Random): Promise<string> {
  const path = join(folder, 'log-identity');
  if (await disk.exists(path)) return (await disk.readFile(path)).toString('utf8').trim();
  const identity = uuidV7(clock, random);
  await disk.makeFolder(folder);
  await disk.replaceFile(path, Buffer.from(`${identity}\n`));
  return identity;
}
