/** Who may do what with which name. What may not be seen answers the same whether it exists or not. */

import { createHash } from 'node:crypto';
import type { Clock } from '../../../common/clock/index.ts';
import { Forbidden, InvalidInput, NotFound } from '../../../common/errors/index.ts';
import type { BucketName, Credential, ObjectName, Tags } from '../../../common/filesystem/index.ts';
import { actorOf, isPlainText, type Principal, type StorageUse, storageLimitAllows } from '../../api/index.ts';
import type { Actor } from '../../log/index.ts';
import { noBucket } from '../commands/bucket.ts';
import { readSetting } from '../commands/bucket-settings.ts';
import { s3NameHolder } from '../commands/s3-names.ts';
import { judgePolicy } from '../decisions/policy.ts';
import { NEVER_DENIED_TO_OWNERS, S3_ACTIONS, type S3Action } from '../decisions/s3-actions.ts';
import type { FilesystemView } from '../view/filesystem-view.ts';
import type { BucketRecord, ShareRecord } from '../view/records.ts';
import { parseVersionId } from '../view/version-id.ts';
import { conditionFacts, grantedIdentities, identitiesOf, type RequestFacts } from './request-facts.ts';

export interface Origin {
  address?: string | undefined;
  requestId?: string | undefined;
  /** What the door says of the request, by the names of policies' condition keys. */
  context?: Readonly<Record<string, string>> | undefined;
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
  /** Of the whole bramble. @throws Forbidden, or Unauthenticated for the anonymous. */
  assertAdministrator(
    principal: Principal,
    origin: Origin & { wanted: string; scope: 'storage:read' | 'storage:write' },
  ): Promise<void>;
  /** Audits, and throws Forbidden, or Unauthenticated for the anonymous. */
  deny(principal: Principal, wanted: string, origin?: Origin): never;
  namespaceExists(name: string): Promise<boolean>;
}

export interface Asker extends Origin {
  requestId: string;
  credential: Credential;
}

/** The judgement's answer: the name with its namespace, and on whose behalf a command is logged. */
export interface Permitted<Name extends BucketName> {
  principal: Principal;
  by: By;
  bucket: BucketRecord;
  name: Name;
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

  /**
   * May the asker do this? The one judgement over all that is stored, for every door.
   * @throws NotFound `no-such-bucket`; Forbidden or Unauthenticated, audited.
   */
  async permit<Name extends BucketName & { key?: string }>(
    asker: Asker,
    action: S3Action,
    name: Name,
    facts: RequestFacts = {},
  ): Promise<Permitted<Name>> {
    return await this.judge(await this.principalOf(asker), action, name, asker, facts);
  }

  async judge<Name extends BucketName & { key?: string }>(
    principal: Principal,
    action: S3Action,
    asked: Name,
    origin: Origin,
    facts: RequestFacts = {},
  ): Promise<Permitted<Name>> {
    assertPlain(asked.namespace);
    const name = this.resolveName(principal, asked);
    const bucket = this.#view.bucket(name.namespace, name.bucket);
    // S3's names are known to all; within a namespace, what may not be seen is the same whether it is there or not.
    if (!bucket && asked.namespace === '') throw noBucket('', asked.bucket);
    const { need, verb, open } = S3_ACTIONS[action];
    if (!storageLimitAllows(principal.storageLimit, useOf(verb, name, facts))) {
      this.#permissions.deny(principal, `${action} in ${name.namespace}/${name.bucket} with this access key`, origin);
    }
    const verdict = bucket?.hasPolicy ? this.#judgePolicy(bucket, principal, action, name, origin, facts) : 'neutral';
    if (verdict === 'deny' && !NEVER_DENIED_TO_OWNERS.includes(action)) {
      this.#permissions.deny(principal, `${action} in ${name.namespace}/${name.bucket} by its policy`, origin);
    }
    const isOpen = bucket && (bucket.visibility === 'public' ? open !== undefined : bucket.visibility === open);
    if (verdict === 'deny' || (verdict !== 'allow' && !isOpen)) {
      const given = verdict === 'allow-namespace' ? principal.namespaceLimit : undefined;
      const wanted = verdict === 'deny' ? 'administer' : need;
      await this.#permissions.assertMay(principal, wanted, given ?? name.namespace, origin);
    }
    if (!bucket) throw noBucket(name.namespace, name.bucket);
    return { principal, by: byOf(principal, origin), bucket, name };
  }

  /** Without a namespace: the bucket in the asker's own one, or else the one that holds the name in S3. */
  resolveName<Name extends BucketName>(principal: Principal, name: Name): Name {
    if (name.namespace !== '') return name;
    const own = ownNamespace(principal);
    if (own !== undefined && this.#view.bucket(own, name.bucket)) return { ...name, namespace: own };
    return { ...name, namespace: s3NameHolder(this.#view, name.bucket) ?? '' };
  }

  /** The bucket and the name that is to be read; of a share link, the one that it stands for. */
  async readable(
    asker: Asker,
    name: ObjectName,
    action: S3Action,
    facts: RequestFacts = {},
  ): Promise<{ bucket: BucketRecord; name: ObjectName }> {
    if (asker.credential.kind === 'share') return this.#shared(asker.credential.token);
    return await this.permit(asker, action, name, facts);
  }

  async allowed(
    principal: Principal,
    action: 'read' | 'write' | 'administer',
    namespace: string,
    origin: Origin,
  ): Promise<By> {
    assertPlain(namespace);
    await this.#permissions.assertMay(principal, action, namespace, origin);
    return byOf(principal, origin);
  }

  /** `allow-namespace`: to those whose role in the namespace that they act for allows as much. */
  #judgePolicy(
    bucket: BucketRecord,
    principal: Principal,
    action: S3Action,
    { key }: { key?: string },
    origin: Origin,
    facts: RequestFacts,
  ): 'allow' | 'allow-namespace' | 'deny' | 'neutral' {
    const policy = readSetting(this.#view, bucket, 'policy');
    if (!policy) throw new Error(`Bucket ${bucket.id} should have a policy, and has none.`);
    const question = {
      action,
      resource: `arn:aws:s3:::${bucket.name}${key === undefined ? '' : `/${key}`}`,
      facts: conditionFacts({
        principal,
        origin,
        facts,
        nowMs: this.#clock.now(),
        existingTags: () => this.#tagsOf(bucket, key, facts.versionId),
      }),
    };
    const verdict = judgePolicy(policy.statements, { ...question, identities: identitiesOf(principal) });
    if (verdict !== 'allow') return verdict;
    // What denies goes by every name of the asker; what allows, only by those that the credential stands for.
    const identities = grantedIdentities(principal, S3_ACTIONS[action].need, bucket.namespace);
    if (judgePolicy(policy.statements, { ...question, identities }) === 'allow') return 'allow';
    return principal.via === 'access-key' ? 'allow-namespace' : 'neutral';
  }

  #tagsOf({ id }: BucketRecord, key: string | undefined, version: string | undefined): Tags {
    if (key === undefined) return {};
    const found =
      version === undefined ? this.#view.object(id, key) : this.#view.version(id, key, parseVersionId(version));
    return found?.content?.tags ?? {};
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

/** Where S3 makes and finds the asker's buckets: of an access key, its namespace. */
export function ownNamespace({ name, namespaceLimit }: Principal): string | undefined {
  return namespaceLimit ?? name;
}

function byOf(principal: Principal, { address, requestId }: Origin): By {
  return { actor: actorOf(principal, address), requestId: requestId ?? 'unknown' };
}

function useOf(
  verb: StorageUse['verb'],
  { bucket, key }: BucketName & { key?: string },
  facts: RequestFacts,
): StorageUse {
  if (verb === 'inspect' || verb === 'configure') return { verb, bucket };
  // Whether there is a bucket (HEAD) is no listing of it.
  if (key === undefined && facts.prefix === undefined) return { verb: 'inspect', bucket };
  return { verb, bucket, key: key ?? facts.prefix ?? '' };
}

/** What comes from a gateway was not looked at yet. */
function assertPlain(namespace: string): void {
  if (!isPlainText(namespace)) throw new InvalidInput('That is no name of a namespace.', { code: 'invalid-text' });
}

export function hashShareToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
