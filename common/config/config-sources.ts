/** Where a process on this machine finds its configuration: `bramble.yaml`, and the environment. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInput } from '../errors/index.ts';
import type { ConfigSources } from './load-config.ts';

/** Names the file; without it, `bramble.yaml` in the working folder is read when it is there. */
export const CONFIG_FILE_VARIABLE = 'BRAMBLE_CONFIG';
const DEFAULT_FILE = 'bramble.yaml';

/** @throws InvalidInput when the file that was named cannot be read. */
export async function readConfigSources(env: Record<string, string | undefined>): Promise<ConfigSources> {
  const named = env[CONFIG_FILE_VARIABLE];
  const path = resolve(named ?? DEFAULT_FILE);
  try {
    return { file: { path, text: await readFile(path, 'utf8') }, env };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && named === undefined) return { env };
    throw new InvalidInput(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
