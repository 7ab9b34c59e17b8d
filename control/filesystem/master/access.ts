/** Who may do what with which name. What may not be seen answers the same whether it exists or not. */

import { createHash } from 'node:crypto';
import type { Clock } from '../../../common/clock/index.ts';
import { Forbidden, InvalidInput, NotFound } from '../../../common/errors/index.ts';
import type { Credential, ObjectName } from '../../../common/filesystem/index.ts';
import { actorOf, isPlainText, type Principal } from '../../api/index.ts';
import type { Actor } from '../../log/index.ts';
import { noBucket } from '../commands/bucket.ts';
import type { FilesystemView } from '../view/filesystem-view.ts';
import type { BucketRecord, ShareRecord } from '../view/records.ts';

export interface Origin {
  address?: string | undefined;
  requestId?: string | undefined;
}

/** The part of the accounts that the filesystem asks. */
export interface Permissions {
  /** @throws Unauthenticated */
  resolve(credential: Credential, origin?: Origin): Promise<Principal>;
  /** @throws Forbidden, or Unauthenticated for the anonymous. */
  assertMay(
    principal: Principal,
    action: 'read' | 'write' | 'administer',
    namespace: string,
    origin?: Origin,
  ): Promise<void>;
  /** The user's id. @throws Unauthenticated for the anonymous, Forbidden when a token lacks the scope. */
  assertUser(principal: Principal, scope: 'storage:read' | 'storage:write', origin?: Origin): string;
  namespaceExists(name: string): Promise<boolean>;
}

export interface Asker {
  requestId: string;
  credential: Credential;
  address?: string | undefined;
}

export interface By {
  actor: Actor;
  requestId: string;
}

export class Access {
  readonly #view: FilesystemView;
  readonly #permissions: Permissions;
  readonly #clock: Clock;

  constructor(options: { view: FilesystemView; permissions: Permissions; clock: Clock }) {
    this.#view = options.view;
    this.#permissions = options.permissions;
    this.#clock = options.clock;
  }

  async principalOf(asker: Asker): Promise<Principal> {
    if (asker.credential.kind === 'share') throw new Forbidden('A share link gives nothing but reading its object.');
    return this.#permissions.resolve(asker.credential, asker);
  }

  /** The bucket and the name that is to be read; of a share link, the one that it stands for. */
  async readable(asker: Asker, name: ObjectName): Promise<{ bucket: BucketRecord; name: ObjectName }> {
    if (asker.credential.kind === 'share') return this.#shared(asker.credential.token);
    const principal = await this.#permissions.resolve(asker.credential, asker);
    return { bucket: await this.readableBucket(principal, name.namespace, name.bucket, 'read', asker), name };
  }

  /** `list`: only public buckets tell everyone what is in them. */
  async readableBucket(
    principal: Principal,
    namespace: string,
    name: string,
    purpose: 'read' | 'list',
    origin: Origin,
  ): Promise<BucketRecord> {
    assertPlain(namespace);
    const bucket = this.#view.bucket(namespace, name);
    const isOpen = bucket?.visibility === 'public' || (bucket?.visibility === 'unlisted' && purpose === 'read');
    if (!isOpen) await this.#permissions.assertMay(principal, 'read', namespace, origin);
    if (!bucket) throw noBucket(namespace, name);
    return bucket;
  }

  /** On whose behalf a write to the namespace is logged. */
  async writer(asker: Asker, namespace: string): Promise<By> {
    const principal = await this.principalOf(asker);
    return this.allowed(principal, 'write', namespace, asker);
  }

  async allowed(
    principal: Principal,
    action: 'read' | 'write' | 'administer',
    namespace: string,
    origin: Origin,
  ): Promise<By> {
    assertPlain(namespace);
    await this.#permissions.assertMay(principal, action, namespace, origin);
    return { actor: actorOf(principal, origin.address), requestId: origin.requestId ?? 'unknown' };
  }

  #shared(token: string): { bucket: BucketRecord; name: ObjectName } {
    const share: ShareRecord | undefined = this.#view.shareByToken(hashShareToken(token));
    const bucket = share && this.#view.bucket(share.name.namespace, share.name.bucket);
    if (!share || share.expiresAtMs <= this.#clock.now() || bucket?.id !== share.bucketId || !bucket) {
      throw new NotFound('This link is not valid, or not any more.');
    }
    return { bucket, name: share.name };
  }
}

/** What comes from a gateway was not looked at yet. */
function assertPlain(namespace: string): void {
  if (!isPlainText(namespace)) throw new InvalidInput('That is no name of a namespace.', { code: 'invalid-text' });
}

export function hashShareToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
