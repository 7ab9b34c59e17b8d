/**
 * Ends uploads in parts that nobody goes on with, or whose bucket is gone, and forgets completions that were remembered long
 * enough: a page of each at a time, from where the last one ended.
 */
import { idOf } from '../commands/multipart.ts';
import type { MultipartId, MultipartRecord } from '../view/multipart-tables.ts';
import type { MasterContext } from './context.ts';

/** An upload may have 10,000 parts to give back: few enough at a time for other commands to come between. */
const BATCH = 100;
const PAGE = 1_000;

export class MultipartExpiry {
  readonly #context: MasterContext;
  #uploadsAfter: MultipartId | undefined;
  #completedAfter: MultipartId | undefined;

  constructor(context: MasterContext) {
    this.#context = context;
  }

  async round(): Promise<void> {
    const { clock, logger, view } = this.#context;
    const nowMs = clock.now();
    const uploads = view.multipartsAfter(this.#uploadsAfter, PAGE);
    this.#uploadsAfter = lastOf(uploads);
    const completed = view.completedAfter(this.#completedAfter, PAGE);
    this.#completedAfter = lastOf(completed);
    const over = [
      ...uploads.filter((upload) => upload.expiresAtMs <= nowMs || !this.#hasBucket(upload)),
      ...completed.filter(({ expiresAtMs }) => expiresAtMs <= nowMs),
    ];
    for (let at = 0; at < over.length; at += BATCH) {
      await this.#context.submit('multipart.expire', { uploads: over.slice(at, at + BATCH).map(idOf) });
    }
    const ended = over.length - completed.filter(({ expiresAtMs }) => expiresAtMs <= nowMs).length;
    if (ended > 0) logger.info({ uploads: ended }, 'abandoned uploads in parts are ended, their space is given back');
  }

  #hasBucket({ name, bucketId }: MultipartRecord): boolean {
    return this.#context.view.bucket(name.namespace, name.bucket)?.id === bucketId;
  }
}

function lastOf(page: readonly Pick<MultipartRecord, 'bucketId' | 'name' | 'upload'>[]): MultipartId | undefined {
  const last = page.length < PAGE ? undefined : page.at(-1);
  return last && idOf(last);
}
