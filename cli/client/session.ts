/** The `authorization` of requests: an API token as it is, or a session whose access token is renewed before it ends. */
import { systemClock } from '../../common/clock/index.ts';
import { Unauthenticated } from '../../common/errors/index.ts';
import type { CredentialsFile, Profile, SessionTokens } from '../profile/index.ts';
import { type HttpsClient, readText } from './https-client.ts';
import { RequestRefused } from './request-refused.ts';

/** An access token with less than this left is renewed first. */
const RENEW_BEFORE_MS = 60_000;
const REFRESH_TIMEOUT_MS = 20_000;

export interface Authorization {
  /** The header's value. */
  header(): Promise<string>;
  /** The server did not take the last one; answers whether there is another to try. */
  renew(): Promise<boolean>;
}

export function tokenAuthorization(token: string): Authorization {
  return { header: async () => `Bearer ${token}`, renew: async () => false };
}

export class SessionAuthorization implements Authorization {
  readonly #client: HttpsClient;
  readonly #file: CredentialsFile;
  readonly #name: string;
  #tokens: SessionTokens;
  #renewing: Promise<void> | undefined;

  constructor(client: HttpsClient, file: CredentialsFile, name: string, profile: Profile) {
    this.#client = client;
    this.#file = file;
    this.#name = name;
    this.#tokens = profile;
  }

  async header(): Promise<string> {
    if (!isFresh(this.#tokens)) await this.#renewOnce();
    return `Bearer ${this.#tokens.accessToken}`;
  }

  async renew(): Promise<boolean> {
    await this.#renewOnce();
    return true;
  }

  /** All requests of this process that need it wait for the same renewal. */
  #renewOnce(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const used = this.#tokens.refreshToken;
    const after = await this.#file.change(async (now) => {
      const profile = now.profiles[this.#name];
      if (!profile) throw new Unauthenticated('You have logged out meanwhile; run bramble login.');
      // Another command was first: its tokens are the newest.
      if (profile.refreshToken !== used && isFresh(profile)) return now;
      const tokens = await this.#refresh(profile.refreshToken);
      return { ...now, profiles: { ...now.profiles, [this.#name]: { ...profile, ...tokens } } };
    });
    const profile = after.profiles[this.#name];
    if (profile) this.#tokens = profile;
  }

  async #refresh(refreshToken: string): Promise<SessionTokens> {
    const response = await this.#client.send({
      method: 'POST',
      path: '/api/account/refresh',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
      idleTimeoutMs: REFRESH_TIMEOUT_MS,
    });
    if (response.status >= 400) {
      const refused = await RequestRefused.from(response, 'The session');
      if (refused.status !== 401 && refused.status !== 403) throw refused;
      throw new Unauthenticated('Your session has ended; run bramble login.', { cause: refused });
    }
    return sessionTokens(JSON.parse(await readText(response.body)));
  }
}

/** Only these three of what the server answers. */
export function sessionTokens(answer: SessionTokens): SessionTokens {
  const { accessToken, refreshToken, expiresAt } = answer;
  return { accessToken, refreshToken, expiresAt };
}

function isFresh({ expiresAt }: SessionTokens): boolean {
  return Date.parse(expiresAt) - systemClock.now() > RENEW_BEFORE_MS;
}
