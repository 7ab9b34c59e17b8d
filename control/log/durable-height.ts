/**
 * What was surely durable when the log was last opened or closed: so that damage to the very last entry is known for
 * what it is, even when the view that had applied it was thrown away.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { Disk } from '../../common/disk/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { LogCorrupt } from './log-corrupt.ts';

const FILE = 'durable.json';
const schema = z.object({ height: z.int().nonnegative() });

export async function readDurableHeight(disk: Disk, folder: string): Promise<number> {
  const path = join(folder, FILE);
  if (!(await disk.exists(path))) return 0;
  const content = await disk.readFile(path);
  try {
    return schema.parse(JSON.parse(content.toString('utf8'))).height;
  } catch (error) {
    throw new LogCorrupt(path, 0, 'it does not say how far the log was durable', error);
  }
}

/** Not being able to say so (a full disk) is no reason not to go on: an older height is true as well. */
export async function writeDurableHeight(disk: Disk, folder: string, height: number, logger: Logger): Promise<void> {
  try {
    await disk.replaceFile(join(folder, FILE), Buffer.from(`${JSON.stringify({ height })}\n`));
  } catch (error) {
    logger.warn({ err: error, height }, 'the durable height of the log could not be noted');
  }
}
