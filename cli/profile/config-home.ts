import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the CLI keeps logins and the state of transfers. */
export function configHome(env: Readonly<Record<string, string | undefined>>): string {
  if (env.BRAMBLE_CONFIG_HOME) return env.BRAMBLE_CONFIG_HOME;
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'bramble');
}
