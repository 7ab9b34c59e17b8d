/** Buckets as the S3 door makes, shows and sets them up. */
import type { z } from 'zod';
import { InvalidInput, NotFound } from '../../../common/errors/index.ts';
import type {
  BucketFact,
  BucketInfo,
  BucketRules,
  BucketSetting,
  bucketConfigure,
  bucketCreate,
  bucketInspect,
  bucketList,
  bucketReference,
  bucketSetting,
  bucketVisibility,
  ListedBuckets,
  Owner,
} from '../../../common/filesystem/index.ts';
import { storageLimitAllows } from '../../api/index.ts';
import { noBucket } from '../commands/bucket.ts';
import { readSetting } from '../commands/bucket-settings.ts';
import type { S3Action } from '../decisions/s3-actions.ts';
import { isBucketName } from '../view/names.ts';
import type { BucketRecord } from '../view/records.ts';
import { type Access, ownNamespace } from './access.ts';
import { parseSetting } from './bucket-setting-check.ts';
import type { MasterContext } from './context.ts';

type Reference = z.infer<typeof bucketReference>;

const ACTIONS: Record<BucketSetting, { get: S3Action; put: S3Action; remove: S3Action }> = {
  versioning: actionsOf('s3:GetBucketVersioning', 's3:PutBucketVersioning'),
  tagging: actionsOf('s3:GetBucketTagging', 's3:PutBucketTagging'),
  cors: actionsOf('s3:GetBucketCORS', 's3:PutBucketCORS'),
  lifecycle: actionsOf('s3:GetLifecycleConfiguration', 's3:PutLifecycleConfiguration'),
  policy: actionsOf('s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'),
  website: actionsOf('s3:GetBucketWebsite', 's3:PutBucketWebsite', 's3:DeleteBucketWebsite'),
  notification: actionsOf('s3:GetBucketNotification', 's3:PutBucketNotification'),
  ownership: actionsOf('s3:GetBucketOwnershipControls', 's3:PutBucketOwnershipControls'),
};

const INSPECTIONS: Record<BucketFact, S3Action> = {
  bucket: 's3:ListBucket',
  acl: 's3:GetBucketAcl',
  location: 's3:GetBucketLocation',
  'policy-status': 's3:GetBucketPolicyStatus',
};

export class Buckets {
  readonly #context: MasterContext;
  readonly #access: Access;

  constructor(context: MasterContext, access: Access) {
    this.#context = context;
    this.#access = access;
  }

  async create(request: z.infer<typeof bucketCreate>): Promise<BucketInfo> {
    const { permissions } = this.#context;
    const { bucket: name, visibility, ownership } = request;
    const principal = await this.#access.principalOf(request);
    const namespace = ownNamespace(principal);
    if (namespace === undefined) return permissions.deny(principal, 'make buckets', request);
    if (!storageLimitAllows(principal.storageLimit, { verb: 'configure', bucket: name })) {
      permissions.deny(principal, `make bucket ${name} with this access key`, request);
    }
    const by = await this.#access.allowed(principal, 'administer', namespace, request);
    if (!isBucketName(name)) {
      throw new InvalidInput(`'${name}' is not a bucket's name.`, { code: 'invalid-bucket-name' });
    }
    if (!(await permissions.namespaceExists(namespace))) {
      throw new NotFound(`There is no namespace ${namespace}.`, { code: 'no-such-namespace' });
    }
    const data = { namespace, name, visibility, isS3: true as const, ...(ownership && { ownership }) };
    return infoOf(await this.#context.submit<BucketRecord>('bucket.create', data, by), namespace);
  }

  async delete(request: Reference): Promise<void> {
    const { by, name } = await this.#access.permit(request, 's3:DeleteBucket', nameOf(request));
    await this.#context.submit('bucket.delete', { namespace: name.namespace, name: name.bucket }, by);
  }

  async inspect(request: z.infer<typeof bucketInspect>): Promise<BucketInfo> {
    const action = INSPECTIONS[request.about ?? 'bucket'];
    const { bucket, principal } = await this.#access.permit(request, action, nameOf(request));
    return infoOf(bucket, ownNamespace(principal));
  }

  async list(request: z.infer<typeof bucketList>): Promise<ListedBuckets> {
    const { prefix, after = '', limit } = request;
    const principal = await this.#access.principalOf(request);
    const namespace = ownNamespace(principal);
    if (namespace === undefined) return this.#context.permissions.deny(principal, 'list buckets', request);
    await this.#context.permissions.assertMay(principal, 'read', namespace, request);
    const rows = this.#context.view.buckets(namespace, limit + 1, after, prefix);
    const page = rows.slice(0, limit);
    return {
      buckets: page
        .filter(({ name }) => storageLimitAllows(principal.storageLimit, { verb: 'inspect', bucket: name }))
        .map(({ name, createdAtMs }) => ({ name, createdAt: new Date(createdAtMs).toISOString() })),
      next: rows.length > limit ? (page.at(-1)?.name ?? null) : null,
      owner: ownerOf(namespace),
    };
  }

  async setting(request: z.infer<typeof bucketSetting>): Promise<unknown> {
    const { setting } = request;
    const { bucket } = await this.#access.permit(request, ACTIONS[setting].get, nameOf(request));
    return readSetting(this.#context.view, bucket, setting) ?? null;
  }

  async configure(request: z.infer<typeof bucketConfigure>): Promise<void> {
    const { setting, value } = request;
    const action = value === null ? ACTIONS[setting].remove : ACTIONS[setting].put;
    const { by, name } = await this.#access.permit(request, action, nameOf(request));
    const change = parseSetting(setting, value, name.bucket, this.#context.notificationArns);
    await this.#context.submit('bucket.configure', { namespace: name.namespace, name: name.bucket, ...change }, by);
  }

  async setVisibility(request: z.infer<typeof bucketVisibility>): Promise<void> {
    const { by, name } = await this.#access.permit(request, 's3:PutBucketAcl', nameOf(request));
    const { visibility } = request;
    await this.#context.submit('bucket.update', { namespace: name.namespace, name: name.bucket, visibility }, by);
  }

  /**
   * What the gateway obeys for everyone: nobody needs a permission for it, since for a preflight there is no one to ask for a
   * credential. By a name without a namespace is meant what the asker means by it.
   */
  async rules(request: Reference): Promise<BucketRules> {
    const { view } = this.#context;
    const asked = nameOf(request);
    const principal = await this.#access.principalOf(request);
    const { namespace, bucket: name } = this.#access.resolveName(principal, asked);
    const bucket = view.bucket(namespace, name);
    if (!bucket) throw noBucket(asked.namespace, name);
    const cors = readSetting(view, bucket, 'cors');
    const website = readSetting(view, bucket, 'website');
    const ownership = readSetting(view, bucket, 'ownership');
    return {
      namespace: bucket.namespace,
      bucket: bucket.name,
      visibility: bucket.visibility,
      ...(ownership && { ownership }),
      ...(cors && { cors }),
      ...(website && { website }),
    };
  }
}

export function ownerOf(namespace: string): Owner {
  return { id: namespace, displayName: namespace };
}

function infoOf(bucket: BucketRecord, asking: string | undefined): BucketInfo {
  return {
    namespace: bucket.namespace,
    bucket: bucket.name,
    createdAt: new Date(bucket.createdAtMs).toISOString(),
    visibility: bucket.visibility,
    ...(bucket.versioning && { versioning: bucket.versioning }),
    owner: ownerOf(bucket.namespace),
    isOwn: bucket.namespace === asking,
  };
}

function nameOf({ namespace, bucket }: Reference) {
  return { namespace, bucket };
}

function actionsOf(get: S3Action, put: S3Action, remove: S3Action = put) {
  return { get, put, remove };
}
