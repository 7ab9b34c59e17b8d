/** Uploads in parts, as the S3 door asks for them (`common/filesystem/multipart-calls.ts`). */
import type { z } from 'zod';
import type {
  Completed,
  ListedParts,
  ListedUploads,
  MultipartUpload,
  multipartBegin,
  multipartComplete,
  multipartInspect,
  multipartList,
  multipartPart,
  multipartParts,
  multipartReference,
  ObjectName,
} from '../../../common/filesystem/index.ts';
import { noSuchUpload } from '../commands/multipart.ts';
import { assertWithinQuota, usageOf } from '../commands/usage.ts';
import type { S3Action } from '../decisions/s3-actions.ts';
import { type MultipartRecord, multipartKey, multipartTable } from '../view/multipart-tables.ts';
import { VERSION_SALT_BYTES } from '../view/version-id.ts';
import { type Access, type Asker, ownNamespace, type Permitted } from './access.ts';
import { ownerOf } from './buckets.ts';
import type { MasterContext } from './context.ts';
import { expirationOfWritten } from './expiration.ts';
import type { Votes } from './votes.ts';

interface Reference extends Asker {
  name: ObjectName;
  upload: string;
}
interface Found extends Permitted<ObjectName> {
  record: MultipartRecord;
}

export class Multipart {
  readonly #context: MasterContext;
  readonly #access: Access;
  readonly #votes: Votes;

  constructor(context: MasterContext, access: Access, votes: Votes) {
    this.#context = context;
    this.#access = access;
    this.#votes = votes;
  }

  async begin(request: z.infer<typeof multipartBegin>): Promise<{ upload: string }> {
    const { contentType, headers, tags, redirect, checksum } = request;
    const facts = { requestTags: tags };
    const { by, name, principal } = await this.#access.permit(request, 's3:PutObject', request.name, facts);
    const upload = this.#context.ids.typed('multipart');
    await this.#context.submit(
      'multipart.begin',
      {
        upload,
        name,
        initiator: ownNamespace(principal) ?? 'anonymous',
        contentType,
        headers,
        expiresAtMs: this.#expiry(),
        ...(tags && { tags }),
        ...(redirect !== undefined && { redirect }),
        ...(checksum && { checksum }),
      },
      by,
    );
    return { upload };
  }

  async inspect(request: z.infer<typeof multipartInspect>): Promise<MultipartUpload> {
    const { record } = await this.#find(request, 's3:PutObject');
    if (request.size !== undefined) {
      assertWithinQuota(usageOf(this.#context.view, record.name.namespace), { bytes: request.size });
    }
    return {
      upload: record.upload,
      name: record.name,
      initiatedAt: new Date(record.initiatedAtMs).toISOString(),
      ...(record.checksum && { checksum: record.checksum }),
    };
  }

  async part(request: z.infer<typeof multipartPart>): Promise<{ modifiedAt: string }> {
    const { by, name } = await this.#access.permit(request, 's3:PutObject', request.name);
    this.#votes.admit(request.chunks);
    const { upload, part, size, etag, checksum, extents, chunks } = request;
    const { modifiedAtMs } = await this.#context.submit<{ modifiedAtMs: number }>(
      'multipart.part',
      {
        name,
        upload,
        part,
        size,
        etag,
        ...(checksum !== undefined && { checksum }),
        extents,
        chunks,
        expiresAtMs: this.#expiry(),
      },
      by,
    );
    this.#votes.settle(chunks);
    return { modifiedAt: new Date(modifiedAtMs).toISOString() };
  }

  async complete(request: z.infer<typeof multipartComplete>): Promise<Completed> {
    const { bucket, by, name } = await this.#access.permit(request, 's3:PutObject', request.name);
    const { upload, parts, checksum, size, preconditions } = request;
    const completed = await this.#context.submit<Completed>(
      'multipart.complete',
      {
        name,
        upload,
        parts,
        ...(checksum !== undefined && { checksum }),
        ...(size !== undefined && { size }),
        preconditions,
        versionSalt: this.#context.random.bytes(VERSION_SALT_BYTES),
        keptUntilMs: this.#context.clock.now() + this.#context.config.completionKeptMs,
      },
      by,
    );
    return { ...completed, ...expirationOfWritten(this.#context.view, bucket, name.key) };
  }

  async abort(request: z.infer<typeof multipartReference>): Promise<void> {
    const { by, name } = await this.#access.permit(request, 's3:AbortMultipartUpload', request.name);
    await this.#context.submit('multipart.abort', { name, upload: request.upload }, by);
  }

  async parts(request: z.infer<typeof multipartParts>): Promise<ListedParts> {
    const { record } = await this.#find(request, 's3:ListMultipartUploadParts');
    const { after, limit, upload } = request;
    const found = limit === 0 ? [] : this.#context.view.parts(upload, after, limit + 1);
    const page = found.slice(0, limit);
    return {
      parts: page.map(({ part, record: { size, etag, checksum, modifiedAtMs } }) => ({
        part,
        size,
        etag,
        modifiedAt: new Date(modifiedAtMs).toISOString(),
        ...(checksum !== undefined && { checksum }),
      })),
      next: found.length > limit ? (page.at(-1)?.part ?? null) : null,
      owner: ownerOf(record.name.namespace),
      initiator: ownerOf(record.initiator),
      ...(record.checksum && { checksum: record.checksum }),
    };
  }

  async list(request: z.infer<typeof multipartList>): Promise<ListedUploads> {
    const { prefix, delimiter, after, afterUpload, limit } = request;
    const name = { namespace: request.namespace, bucket: request.bucket };
    const facts = { prefix, delimiter, limit };
    const { bucket } = await this.#access.permit(request, 's3:ListBucketMultipartUploads', name, facts);
    const query = { bucketId: bucket.id, prefix, delimiter, limit, after, afterUpload };
    const { uploads, prefixes, next } = this.#context.view.listMultiparts(query);
    return {
      uploads: uploads.map((record) => ({
        key: record.name.key,
        upload: record.upload,
        initiatedAt: new Date(record.initiatedAtMs).toISOString(),
        initiator: ownerOf(record.initiator),
        ...(record.checksum && { checksum: record.checksum }),
      })),
      prefixes,
      next,
      owner: ownerOf(bucket.namespace),
    };
  }

  /** @throws NotFound `no-such-bucket`, `no-such-upload` */
  async #find(request: Reference, action: S3Action): Promise<Found> {
    const permitted = await this.#access.permit(request, action, request.name);
    const { bucket, name } = permitted;
    const id = { bucketId: bucket.id, key: name.key, upload: request.upload };
    const record = this.#context.view.get(multipartTable, multipartKey(id));
    if (!record) throw noSuchUpload();
    return { ...permitted, record };
  }

  #expiry(): number {
    return this.#context.clock.now() + this.#context.config.multipartLifeMs;
  }
}
