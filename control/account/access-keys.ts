/**
 * S3 access keys: making them, and what a gateway needs to verify that a request was signed with one. Whoever tries ids
 * that do not exist costs a query each, is audited, and soon has to wait.
 */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../common/clock/index.ts';
import { TooManyRequests } from '../../common/errors/index.ts';
import { ACCESS_KEY_ID, type AccessKeyRequest, type SigningKey } from '../../common/filesystem/index.ts';
import type { Random } from '../../common/ids/index.ts';
import type { StorageLimit } from '../api/index.ts';
import type { AccountChange } from './account-changes.ts';
import type { AccountQueries } from './account-queries.ts';
import { makeAccessKeyId, makeAccessKeySecret } from './api-token.ts';
import { type AttemptLimit, AttemptLimiter } from './attempt-limiter.ts';
import type { By, Submit } from './by.ts';
import { fingerprint } from './credential-resolver.ts';
import type { DenialAudit, DenialReason } from './denial-audit.ts';
import { LruCache } from './lru-cache.ts';
import type { SecretBox } from './secret-box.ts';

/** Of one address: keys that are right are given back, and do not count. */
const UNKNOWN_IDS: AttemptLimit = { burst: 50, refillMs: 1_000 };
const REMEMBERED_UNKNOWN = 10_000;

export interface NewAccessKey extends Partial<StorageLimit> {
  userId: string;
  namespace: string;
  name: string;
  /** Milliseconds since the epoch. */
  expiresAt?: number;
  /** A pair that somebody brings along from elsewhere. */
  pair?: { id: string; secret: string };
}

export interface AccessKeysOptions {
  queries: AccountQueries;
  box: SecretBox;
  audit: DenialAudit;
  submit: Submit;
  clock: Clock;
  random: Random;
}

export class AccessKeys {
  readonly #options: AccessKeysOptions;
  readonly #limiter: AttemptLimiter;
  readonly #unknown = new LruCache<string, true>(REMEMBERED_UNKNOWN);
  /** Counts changes: an id that was not there before one may be there after it. */
  #changes = 0;

  constructor(options: AccessKeysOptions) {
    this.#options = options;
    this.#limiter = new AttemptLimiter(options.clock, UNKNOWN_IDS);
  }

  forget(change: AccountChange): void {
    this.#changes += 1;
    if (change.kind === 'token') this.#unknown.delete(change.id);
    if (change.kind === 'everything') this.#unknown.clear();
  }

  /** Answers the secret, which people cannot have again. @throws Conflict `access-key-exists`. */
  async create({ pair, ...input }: NewAccessKey, by: By): Promise<{ id: string; secret: string }> {
    const { box, random, submit } = this.#options;
    const { id, secret } = pair ?? { id: makeAccessKeyId(random), secret: makeAccessKeySecret(random) };
    const secretBox = box.seal(Buffer.from(secret), contextOf(id));
    await submit('access-key.create', { id, ...input, secretBox }, by);
    return { id, secret };
  }

  /** Null when there is no such key, or it is good for nothing. @throws TooManyRequests, audited like every denial. */
  async signingKey(request: AccessKeyRequest): Promise<SigningKey | null> {
    const { queries, box, clock } = this.#options;
    const { id, address = 'unknown' } = request;
    if (!ACCESS_KEY_ID.test(id) || this.#unknown.get(id)) return this.#refuse('access-key-invalid', request);
    try {
      this.#limiter.attempt(address);
    } catch (error) {
      if (error instanceof TooManyRequests) this.#refuse('access-key-limited', request);
      throw error;
    }
    const before = this.#changes;
    const key = await queries.accessKey(id);
    if (!key) {
      if (this.#changes === before) this.#unknown.set(id, true);
      return this.#refuse('access-key-invalid', request);
    }
    if (key.expiresAt && key.expiresAt.getTime() <= clock.now()) return this.#refuse('access-key-expired', request);
    const user = await queries.user(key.userId);
    if (!user || user.isDisabled) return this.#refuse('access-key-invalid', request);
    this.#limiter.giveBack(address);
    return {
      signingKey: deriveSigningKey(box.open(key.secretBox, contextOf(id)), request),
      userId: user.id,
      userName: user.name,
      namespace: key.namespace,
    };
  }

  #refuse(reason: DenialReason, { id, address, requestId }: AccessKeyRequest): null {
    this.#options.audit.record({
      actor: { kind: 'anonymous', id: 'anonymous', ...(address !== undefined && { address }) },
      reason,
      // Of an address that must wait, the ids are of no interest any more: they are one kind.
      ...(reason !== 'access-key-limited' && { wanted: fingerprint(id) }),
      requestId: requestId ?? 'unknown',
    });
    return null;
  }
}

/** What the box of the secret is sealed for. */
function contextOf(id: string): string {
  return `access-key ${id}`;
}

/** Amazon S3 API Reference, "Authenticating Requests: calculating a signature", step 2. */
export function deriveSigningKey(
  secret: Uint8Array,
  { date, region, service }: Pick<AccessKeyRequest, 'date' | 'region' | 'service'>,
): Uint8Array<ArrayBuffer> {
  const start = Buffer.concat([Buffer.from('AWS4'), secret]);
  const steps = [date, region, service, 'aws4_request'];
  return new Uint8Array(steps.reduce<Buffer>((key, step) => createHmac('sha256', key).update(step).digest(), start));
}
