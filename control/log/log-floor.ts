/** Where the log on disk begins once old segments were dropped on purpose: what tells dropped segments from lost ones. */
import { join } from 'node:path';
import { z } from 'zod';
import type { Disk } from '../../common/disk/index.ts';
import { NO_HASH } from './entry-codec.ts';
import { LogCorrupt } from './log-corrupt.ts';

const FLOOR_FILE = 'floor.json';
const floorSchema = z.object({ firstHeight: z.int().positive(), prev: z.string().regex(/^[0-9a-f]{64}$/) });

export interface LogFloor {
  firstHeight: number;
  /** The hash of the entry before. */
  prev: Uint8Array;
}

export async function readLogFloor(disk: Disk, folder: string): Promise<LogFloor> {
  const path = join(folder, FLOOR_FILE);
  if (!(await disk.exists(path))) return { firstHeight: 1, prev: NO_HASH };
  const content = await disk.readFile(path);
  try {
    const { firstHeight, prev } = floorSchema.parse(JSON.parse(content.toString('utf8')));
    return { firstHeight, prev: Buffer.from(prev, 'hex') };
  } catch (error) {
    throw new LogCorrupt(path, 0, 'it does not say where the log begins', error);
  }
}

export async function writeLogFloor(disk: Disk, folder: string, floor: LogFloor): Promise<void> {
  const content = JSON.stringify({ firstHeight: floor.firstHeight, prev: Buffer.from(floor.prev).toString('hex') });
  await disk.replaceFile(join(folder, FLOOR_FILE), Buffer.from(`${content}\n`));
}
