/**
 * From a credential to a principal. A token is verified once, then found by its hash until it expires or something of
 * its user, session or itself changes; a revocation takes effect with its command.
 */
import { createHash, hash } from 'node:crypto';
import type { Clock } from '../../common/clock/index.ts';
import { Unauthenticated } from '../../common/errors/index.ts';
import type { Credential } from '../../common/filesystem/index.ts';
import { ANONYMOUS, type Principal, STORAGE_VERBS } from '../api/index.ts';
import type { AccessTokens } from './access-tokens.ts';
import { invalidToken } from './access-tokens.ts';
import type { AccountChange } from './account-changes.ts';
import type { AccessKey, AccountQueries } from './account-queries.ts';
import { API_TOKEN_PREFIX, hashToken } from './api-token.ts';
import { LruCache } from './lru-cache.ts';
import { accessKeyScopes } from './permissions.ts';

const REMEMBERED_TOKENS = 10_000;

interface Resolved {
  principal: Principal;
  expiresAtMs: number;
}

export class CredentialResolver {
  readonly #known = new LruCache<string, Resolved>(REMEMBERED_TOKENS);
  readonly #queries: AccountQueries;
  readonly #tokens: AccessTokens;
  readonly #clock: Clock;
  /** Counts changes: what was read before one must not be remembered after it. */
  #changes = 0;

  constructor(queries: AccountQueries, tokens: AccessTokens, clock: Clock) {
    this.#queries = queries;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** @throws Unauthenticated `token-invalid`, `token-expired`, `session-ended`, `access-key-invalid` or `access-key-expired`. */
  async resolve(credential: Credential): Promise<Principal> {
    // What a share link opens is for the filesystem to say; beyond that its holder is nobody.
    if (credential.kind !== 'bearer' && credential.kind !== 'access-key') return ANONYMOUS;
    const key =
      credential.kind === 'bearer' ? hash('sha256', credential.token, 'base64url') : `access-key ${credential.id}`;
    const known = this.#known.get(key);
    if (known && known.expiresAtMs > this.#clock.now()) return known.principal;
    const before = this.#changes;
    const resolved = await this.#find(credential);
    if (this.#changes === before) this.#known.set(key, resolved);
    return resolved.principal;
  }

  forget(change: AccountChange): void {
    this.#changes += 1;
    switch (change.kind) {
      case 'user':
        this.#known.evict(({ principal }) => principal.userId === change.id);
        break;
      case 'session':
      case 'token':
        this.#known.evict(({ principal }) => principal.tokenId === change.id);
        break;
      case 'namespace':
        this.#known.evict(({ principal }) => principal.namespaceLimit === change.name);
        break;
      case 'signing-keys':
      case 'everything':
        this.#known.clear();
        break;
    }
  }

  async #find(credential: Credential & { kind: 'bearer' | 'access-key' }): Promise<Resolved> {
    if (credential.kind === 'access-key') return await this.#fromAccessKey(credential.id);
    const { token } = credential;
    return token.startsWith(API_TOKEN_PREFIX) ? await this.#fromApiToken(token) : await this.#fromAccessToken(token);
  }

  async #fromAccessToken(token: string): Promise<Resolved> {
    const claims = await this.#tokens.verify(token);
    const [user, isAlive] = await Promise.all([
      this.#queries.user(claims.userId),
      this.#queries.hasSession(claims.sessionId, claims.userId),
    ]);
    if (!user || user.isDisabled || !isAlive) {
      throw new Unauthenticated('The session has ended; log in again.', { code: 'session-ended' });
    }
    return {
      expiresAtMs: claims.expiresAtMs,
      principal: {
        kind: 'user',
        userId: user.id,
        name: user.name,
        isAdministrator: user.isAdministrator,
        via: 'session',
        tokenId: claims.sessionId,
        scopes: ['*'],
      },
    };
  }

  async #fromApiToken(text: string): Promise<Resolved> {
    const token = await this.#queries.tokenByHash(hashToken(text));
    if (!token) throw invalidToken();
    if (token.expiresAt && token.expiresAt.getTime() <= this.#clock.now()) {
      throw new Unauthenticated('The API token has expired; make a new one.', { code: 'token-expired' });
    }
    const user = await this.#queries.user(token.userId);
    if (!user || user.isDisabled) throw invalidToken();
    return {
      expiresAtMs: token.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      principal: {
        kind: 'user',
        userId: user.id,
        name: user.name,
        // A token for one namespace is no key to the whole bramble.
        isAdministrator: user.isAdministrator && token.namespace === null,
        via: 'token',
        tokenId: token.id,
        scopes: token.scopes,
        ...(token.namespace !== null && { namespaceLimit: token.namespace }),
      },
    };
  }

  /** The gateway has verified that the request was signed with it. */
  async #fromAccessKey(id: string): Promise<Resolved> {
    const key = await this.#queries.accessKey(id);
    const invalid = () => new Unauthenticated('There is no such access key.', { code: 'access-key-invalid' });
    if (!key) throw invalid();
    if (key.expiresAt && key.expiresAt.getTime() <= this.#clock.now()) {
      throw new Unauthenticated('The access key has expired; make a new one.', { code: 'access-key-expired' });
    }
    const user = await this.#queries.user(key.userId);
    if (!user || user.isDisabled) throw invalid();
    return {
      expiresAtMs: key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
      principal: {
        kind: 'user',
        userId: user.id,
        name: user.name,
        // Within its namespace only: `namespaceLimit` is looked at first, and its scopes are of storage alone.
        isAdministrator: user.isAdministrator,
        via: 'access-key',
        tokenId: key.id,
        scopes: accessKeyScopes(key.verbs),
        namespaceLimit: key.namespace,
        ...limitOf(key),
      },
    };
  }
}

/** What a key leaves of its user's rights; nothing when it leaves all. */
function limitOf({ bucket, prefix, verbs }: AccessKey): Pick<Principal, 'storageLimit'> {
  const isWhole = bucket === null && prefix === null && STORAGE_VERBS.every((verb) => verbs.includes(verb));
  if (isWhole) return {};
  return { storageLimit: { ...(bucket !== null && { bucket }), ...(prefix !== null && { prefix }), verbs } };
}

/** A credential in eight letters, to tell bad ones apart in the audit without keeping them. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url').slice(0, 8);
}
