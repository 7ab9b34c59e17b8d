/** What the S3 door asks about objects: lists, deletions, copies, tags. */
import type { z } from 'zod';
import { AppError, InvalidInput, toProblem } from '../../../common/errors/index.ts';
import type {
  Answer,
  Copied,
  Deleted,
  ListedObjects,
  ListedVersion,
  ListedVersions,
  ObjectContent,
  objectCopy,
  objectDelete,
  objectList,
  objectTags,
  versionList,
} from '../../../common/filesystem/index.ts';
import { packListed } from '../../../common/filesystem/index.ts';
import { noBucket } from '../commands/bucket.ts';
import type { Deletion } from '../commands/data.ts';
import type { DeletionOutcome } from '../commands/delete-object.ts';
import type { VersionRecord } from '../view/records.ts';
import { parseVersionId, versionName } from '../view/version-id.ts';
import type { Access, By } from './access.ts';
import { ownerOf } from './buckets.ts';
import type { MasterContext } from './context.ts';
import { expirationOfWritten } from './expiration.ts';

type Deletions = z.infer<typeof objectDelete>;

export class Objects {
  readonly #context: MasterContext;
  readonly #access: Access;

  constructor(context: MasterContext, access: Access) {
    this.#context = context;
    this.#access = access;
  }

  async list(request: z.infer<typeof objectList>): Promise<ListedObjects> {
    const { prefix, delimiter, after, limit } = request;
    const { bucket, name } = await this.#access.permit(request, 's3:ListBucket', bucketOf(request), {
      prefix,
      delimiter,
      limit,
    });
    const owner = ownerOf(name.namespace);
    if (limit === 0) return { objects: packListed([]), prefixes: [], next: null, owner };
    const page = this.#context.view.listSummaries({ bucketId: bucket.id, prefix, delimiter, limit, after });
    return {
      objects: packListed(page.items),
      prefixes: page.prefixes,
      next: page.next && page.last !== undefined ? page.last : null,
      owner,
    };
  }

  async listVersions(request: z.infer<typeof versionList>): Promise<ListedVersions> {
    const { prefix, delimiter, after, afterVersion, limit } = request;
    const { bucket, name } = await this.#access.permit(request, 's3:ListBucketVersions', bucketOf(request), {
      prefix,
      delimiter,
      limit,
    });
    const owner = ownerOf(name.namespace);
    const behind = afterVersion === undefined ? undefined : parseVersionId(afterVersion);
    if (limit === 0) return { versions: [], prefixes: [], next: null, owner };
    const page = this.#context.view.listVersions({ bucketId: bucket.id, prefix, delimiter, limit, after }, behind);
    const { next } = page;
    return {
      versions: page.items.map(({ key, version, isLatest }): ListedVersion => {
        const isDeleteMarker = version.content === null;
        return { key, versionId: versionName(version.versionId), isLatest, isDeleteMarker, ...listed(version) };
      }),
      prefixes: page.prefixes,
      next: next ? { after: next.key, afterVersion: next.version ? versionName(next.version.versionId) : null } : null,
      owner,
    };
  }

  /** All that may be deleted in one command, so that they share an entry of the log; the others say why not. */
  async delete(request: Deletions): Promise<Answer<Deleted>[]> {
    const answers: Answer<Deleted>[] = [];
    const permitted: { index: number; item: Deletion }[] = [];
    const principal = await this.#access.principalOf(request);
    // Resolved once: what is judged item by item is what is deleted from, whatever buckets come and go meanwhile.
    const bucket = this.#access.resolveName(principal, bucketOf(request));
    if (bucket.namespace === '') throw noBucket('', bucket.bucket);
    let by: By | undefined;
    for (const [index, item] of request.items.entries()) {
      const action = item.version === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
      try {
        const facts = { versionId: item.version };
        by = (await this.#access.judge(principal, action, { ...bucket, key: item.key }, request, facts)).by;
        permitted.push({ index, item });
      } catch (error) {
        // Of the bucket, not of this item.
        if (!(error instanceof AppError) || error.code === 'no-such-bucket') throw error;
        answers[index] = { ok: false, problem: toProblem(error, request.requestId) };
      }
    }
    if (!by) return answers;
    const outcomes = await this.#context.submit<DeletionOutcome[]>(
      'object.delete',
      {
        bucket,
        items: permitted.map(({ item }) => item),
        versionSalt: this.#context.versionSalt(),
      },
      by,
    );
    for (const [place, { index }] of permitted.entries()) {
      const outcome = outcomes[place];
      if (!outcome) throw new Error('A deletion has no outcome.');
      answers[index] = outcome.ok ? outcome : { ok: false, problem: toProblem(outcome.error, request.requestId) };
    }
    return answers;
  }

  async copy(request: z.infer<typeof objectCopy>): Promise<Copied> {
    const { fromVersion, sourceConditions, preconditions, replace, tags } = request;
    const readAction = fromVersion === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
    const { name: from } = await this.#access.permit(request, readAction, request.from, { versionId: fromVersion });
    const target = await this.#access.permit(request, 's3:PutObject', request.to, { requestTags: tags });
    const { name: to, by } = target;
    const isOntoItself = from.namespace === to.namespace && from.bucket === to.bucket && from.key === to.key;
    // An older version may be brought back by copying it onto the newest.
    if (isOntoItself && fromVersion === undefined && !replace) {
      throw new InvalidInput('A copy of an object onto itself must change something about it.', {
        code: 'copy-onto-itself',
      });
    }
    const versionSalt = this.#context.versionSalt();
    const names = { from, fromVersion, to };
    const copied = await this.#context.submit<Copied>(
      'object.copy',
      { ...names, sourceConditions, preconditions, replace, tags, versionSalt },
      by,
    );
    return { ...copied, ...expirationOfWritten(this.#context.view, target.bucket, to.key) };
  }

  async setTags(request: z.infer<typeof objectTags>): Promise<{ versionId?: string }> {
    const { version, tags } = request;
    const action = actionOnTags(tags === null, version !== undefined);
    const facts = { requestTags: tags ?? undefined, versionId: version };
    const { name, by } = await this.#access.permit(request, action, request.name, facts);
    return this.#context.submit('object.tags', { name, version, tags }, by);
  }
}

function actionOnTags(isRemoval: boolean, isOfVersion: boolean) {
  if (isOfVersion) return isRemoval ? 's3:DeleteObjectVersionTagging' : 's3:PutObjectVersionTagging';
  return isRemoval ? 's3:DeleteObjectTagging' : 's3:PutObjectTagging';
}

function bucketOf({ namespace, bucket }: { namespace: string; bucket: string }) {
  return { namespace, bucket };
}

function listed({ content, modifiedAtMs }: { content: ObjectContent | null } & Pick<VersionRecord, 'modifiedAtMs'>) {
  return {
    size: content?.size ?? 0,
    etag: content?.etag ?? '',
    modifiedAt: new Date(modifiedAtMs).toISOString(),
    ...(content?.checksum && { checksum: { algorithm: content.checksum.algorithm, type: content.checksum.type } }),
  };
}
