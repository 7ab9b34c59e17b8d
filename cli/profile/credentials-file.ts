/** `credentials.json`: who is logged in where. Readable by its owner only, replaced atomically, changed under a lock. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeDisk } from '../../common/disk/index.ts';
import { AppError } from '../../common/errors/index.ts';
import { withFileLock } from './file-lock.ts';

export interface SessionTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends, RFC 3339. */
  readonly expiresAt: string;
}

export interface Profile extends SessionTokens {
  readonly url: string;
  /** PEM of the authority to trust; null: what the system trusts. */
  readonly ca: string | null;
  readonly user: { readonly id: string; readonly name: string; readonly isAdministrator: boolean };
  /** The namespace of remote paths that name none. */
  readonly namespace: string;
}

export interface Credentials {
  readonly version: 1;
  /** The profile used when none is named. */
  readonly current: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

export const NO_CREDENTIALS: Credentials = { version: 1, current: 'default', profiles: {} };

export class CredentialsFile {
  readonly path: string;
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
    this.path = join(home, 'credentials.json');
  }

  async read(): Promise<Credentials> {
    let text: string;
    try {
      text = (await nodeDisk.readFile(this.path)).toString('utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_CREDENTIALS;
      throw error;
    }
    return parseCredentials(text, this.path);
  }

  /**
   * Reads, changes and writes with no other command in between. `change` may talk to the server: that is what keeps
   * two commands from using one refresh token.
   */
  async change(change: (now: Credentials) => Promise<Credentials> | Credentials): Promise<Credentials> {
    await mkdir(this.#home, { recursive: true, mode: 0o700 });
    return withFileLock(join(this.#home, 'credentials.lock'), async () => {
      const before = await this.read();
      const after = await change(before);
      if (after !== before) {
        await nodeDisk.replaceFile(this.path, Buffer.from(`${JSON.stringify(after, null, 2)}\n`), { mode: 0o600 });
        await chmod(this.path, 0o600); // a leftover temporary file keeps the rights it had
      }
      return after;
    });
  }
}

export function parseCredentials(text: string, path: string): Credentials {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw brokenFile(path, error);
  }
  const { version, current, profiles } = (value ?? {}) as Partial<Credentials>;
  if (version !== 1 || typeof current !== 'string' || typeof profiles !== 'object' || profiles === null) {
    throw brokenFile(path, undefined);
  }
  if (!Object.values(profiles).every(isProfile)) throw brokenFile(path, undefined);
  return { version, current, profiles };
}

function isProfile(value: unknown): value is Profile {
  if (typeof value !== 'object' || value === null) return false;
  const { url, ca, namespace, accessToken, refreshToken, expiresAt, user } = value as Partial<Profile>;
  return (
    [url, namespace, accessToken, refreshToken, expiresAt, user?.name].every((field) => typeof field === 'string') &&
    (ca === null || typeof ca === 'string')
  );
}

function brokenFile(path: string, cause: unknown): AppError {
  return new AppError('broken-credentials', 500, 'Broken file', `${path} is damaged; remove it and log in again.`, {
    cause,
  });
}
