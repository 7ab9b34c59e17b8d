/** Resumable uploads, for those who may write where the object is to be. */
import type { z } from 'zod';
import { AppError, NotFound } from '../../../common/errors/index.ts';
import type {
  Committed,
  UploadState,
  uploadBegin,
  uploadExtend,
  uploadReference,
} from '../../../common/filesystem/index.ts';
import type { UploadRecord } from '../view/records.ts';
import type { Access, By } from './access.ts';
import type { MasterContext } from './context.ts';
import type { Votes } from './votes.ts';

type Begin = z.infer<typeof uploadBegin>;
type Extend = z.infer<typeof uploadExtend>;
type Reference = z.infer<typeof uploadReference>;

export class Uploads {
  readonly #context: MasterContext;
  readonly #access: Access;
  readonly #votes: Votes;

  constructor(context: MasterContext, access: Access, votes: Votes) {
    this.#context = context;
    this.#access = access;
    this.#votes = votes;
  }

  async begin(request: Begin): Promise<UploadState> {
    const { by, name } = await this.#access.permit(request, 's3:PutObject', request.name);
    const { size, contentType, headers, preconditions } = request;
    const upload = this.#context.ids.typed('upload');
    const expiresAtMs = this.#expiry();
    const record = await this.#context.submit<UploadRecord>(
      'upload.begin',
      { upload, name, size: size ?? null, contentType, headers, preconditions, expiresAtMs },
      by,
    );
    return this.#state(record);
  }

  async extend(request: Extend): Promise<UploadState> {
    const { by } = await this.#require(request);
    this.#votes.admit(request.chunks);
    const { upload, offset, extents, chunks } = request;
    const expiresAtMs = this.#expiry();
    const record = await this.#context.submit<UploadRecord>(
      'upload.extend',
      { upload, offset, extents, chunks, expiresAtMs },
      by,
    );
    this.#votes.settle(chunks);
    return this.#state(record);
  }

  async inspect(request: Reference): Promise<UploadState> {
    return this.#state((await this.#require(request)).record);
  }

  async finish(request: Reference): Promise<Committed> {
    const { by } = await this.#require(request);
    const versionSalt = this.#context.versionSalt();
    return this.#context.submit('upload.finish', { upload: request.upload, versionSalt }, by);
  }

  async abort(request: Reference): Promise<void> {
    const { by } = await this.#require(request);
    await this.#context.submit('upload.abort', { upload: request.upload }, by);
  }

  /** An upload of others is not there, as one that never was. */
  async #require(request: Reference): Promise<{ record: UploadRecord; by: By }> {
    const principal = await this.#access.principalOf(request);
    this.#context.permissions.assertUser(principal, 'storage:write', request);
    const record = this.#context.view.upload(request.upload);
    if (!record || record.expiresAtMs <= this.#context.clock.now()) throw noUpload();
    try {
      return { record, by: (await this.#access.judge(principal, 's3:PutObject', record.name, request)).by };
    } catch (error) {
      throw error instanceof AppError && error.status === 403 ? noUpload(error) : error;
    }
  }

  #expiry(): number {
    return this.#context.clock.now() + this.#context.config.uploadLifeMs;
  }

  #state(record: UploadRecord): UploadState {
    return {
      upload: record.id,
      name: record.name,
      offset: record.offset,
      size: record.size,
      contentType: record.contentType,
      expiresAt: new Date(record.expiresAtMs).toISOString(),
      extents: this.#context.view.uploadExtents(record),
    };
  }
}

function noUpload(cause?: unknown): NotFound {
  return new NotFound('There is no such upload; it may be finished, aborted or expired.', { cause });
}
