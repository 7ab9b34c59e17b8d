/**
 * Obeys the lifecycles of buckets: a page of versions or uploads each round of housekeeping, then the next page, then the
 * next bucket; when all are through, a pause. What is due is decided by `decisions/lifecycle.ts` and done by the commands
 * that people use. Where a pass has got to is kept in memory: after a restart a new one begins, which finds what is left.
 */
import { AppError } from '../../../common/errors/index.ts';
import { readSetting } from '../commands/bucket-settings.ts';
import type { Deletion } from '../commands/data.ts';
import { type AgingVersion, dueAction, isUploadOver } from '../decisions/lifecycle.ts';
import type { LifecycleRule } from '../decisions/lifecycle-check.ts';
import type { BucketRecord, VersionRecord } from '../view/records.ts';
import { versionName } from '../view/version-id.ts';
import type { MasterContext } from './context.ts';

/** Versions, or uploads, looked at in a round: a few milliseconds, and at most one command of each kind. */
const PAGE = 1_000;

/** Of the versions of a key, those that were looked at. */
interface SeenVersions {
  /** When the last one of them was made. */
  modifiedAtMs: number;
  count: number;
}

interface Position {
  bucketId: number;
  what: 'versions' | 'uploads';
  after?: string;
  afterVersion?: string | null;
  afterUpload?: string;
  seen?: SeenVersions;
}

export class Lifecycle {
  readonly #context: MasterContext;
  #position: Position | undefined;
  #lastBucketId = 0;
  /** When the next pass may begin. */
  #nextPassMs = 0;

  constructor(context: MasterContext) {
    this.#context = context;
  }

  async round(): Promise<void> {
    const { clock, config, view } = this.#context;
    if (clock.now() < this.#nextPassMs) return;
    const [setting] = view.settingsAfter('lifecycle', (this.#position?.bucketId ?? this.#lastBucketId + 1) - 1, 1);
    const bucket = setting && view.bucket(setting.namespace, setting.bucket);
    if (!setting || !bucket) {
      this.#position = undefined;
      this.#lastBucketId = 0;
      this.#nextPassMs = clock.now() + config.lifecyclePauseMs;
      return;
    }
    // The bucket that was looked at may be gone, or have no lifecycle any more.
    const before: Position =
      this.#position?.bucketId === bucket.id ? this.#position : { bucketId: bucket.id, what: 'versions' };
    const rules = readSetting(view, bucket, 'lifecycle') ?? [];
    this.#position =
      before.what === 'versions'
        ? await this.#versions(bucket, rules, before)
        : await this.#uploads(bucket, rules, before);
    this.#lastBucketId = bucket.id;
  }

  async #versions(bucket: BucketRecord, rules: readonly LifecycleRule[], position: Position): Promise<Position> {
    const { clock, view } = this.#context;
    const { after, afterVersion } = position;
    const query = { bucketId: bucket.id, prefix: '', delimiter: '', limit: PAGE, after };
    const page = view.listVersions(query, afterVersion);
    const items: Deletion[] = [];
    let seen = position.seen;
    for (const { key, version, isLatest } of page.items) {
      // Where the last page ended may be listed anew: what is newest is never taken for a noncurrent one.
      if (isLatest) seen = undefined;
      const action = dueAction(rules, this.#aging(bucket, key, version, seen), clock.now());
      if (action === 'expire') items.push(expiry(key, version));
      if (action === 'remove') items.push(removal(key, version));
      seen = { modifiedAtMs: version.modifiedAtMs, count: (seen?.count ?? 0) + 1 };
    }
    await this.#delete(bucket, items);
    const { next } = page;
    if (!next) return { bucketId: bucket.id, what: 'uploads' };
    return {
      bucketId: bucket.id,
      what: 'versions',
      after: next.key,
      ...(next.version && { afterVersion: next.version.versionId }),
      ...(seen && { seen }),
    };
  }

  #aging(bucket: BucketRecord, key: string, version: VersionRecord, newer: SeenVersions | undefined): AgingVersion {
    return {
      key,
      size: version.content?.size ?? 0,
      tags: version.content?.tags ?? {},
      isDeleteMarker: version.content === null,
      modifiedAtMs: version.modifiedAtMs,
      // The newest of those that are newer is the current one.
      ...(newer && { noncurrent: { sinceMs: newer.modifiedAtMs, newer: newer.count - 1 } }),
      isAlone: () => {
        const query = { bucketId: bucket.id, prefix: key, delimiter: '', limit: 2 };
        return this.#context.view.listVersions(query).items.filter((other) => other.key === key).length === 1;
      },
    };
  }

  async #delete({ namespace, name, id }: BucketRecord, items: readonly Deletion[]): Promise<void> {
    if (items.length === 0) return;
    const { logger, submit, versionSalt } = this.#context;
    await submit('object.delete', {
      bucket: { namespace, bucket: name },
      items: [...items],
      versionSalt: versionSalt(),
    });
    logger.info({ namespace, bucket: name, bucketId: id, versions: items.length }, 'the lifecycle ends objects');
  }

  async #uploads(
    bucket: BucketRecord,
    rules: readonly LifecycleRule[],
    { after, afterUpload }: Position,
  ): Promise<Position | undefined> {
    const { clock, logger, submit, view } = this.#context;
    const query = { bucketId: bucket.id, prefix: '', delimiter: '', limit: PAGE, after, afterUpload };
    const { uploads, next } = view.listMultiparts(query);
    const over = uploads.filter(({ name, initiatedAtMs }) =>
      isUploadOver(rules, { key: name.key, initiatedAtMs }, clock.now()),
    );
    for (const { name, upload } of over) {
      try {
        await submit('multipart.abort', { name, upload });
      } catch (error) {
        // Completed or aborted meanwhile.
        if (!(error instanceof AppError) || error.code !== 'no-such-upload') throw error;
      }
    }
    if (over.length > 0) {
      const { namespace, name } = bucket;
      logger.info({ namespace, bucket: name, uploads: over.length }, 'the lifecycle ends uploads in parts');
    }
    return next ? { bucketId: bucket.id, what: 'uploads', ...next } : undefined;
  }
}

function removal(key: string, { content, versionId }: VersionRecord): Deletion {
  return { key, version: versionName(versionId), ...(content && { isNoncurrent: true }) };
}

/** Only if it is still this one: what was written meanwhile is young. */
function expiry(key: string, { content, modifiedAtMs }: VersionRecord): Deletion {
  return { key, ...(content && { ifMatch: `"${content.etag}"` }), ifMatchModifiedMs: modifiedAtMs };
}
