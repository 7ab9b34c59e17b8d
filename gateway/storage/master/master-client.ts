/** What the gateway asks of the filesystem master, batched, with a restart of the master waited for. */
import type { z } from 'zod';
import type { Clock } from '../../../common/clock/index.ts';
import type {
  Answer,
  AuthorizeRequest,
  Committed,
  FoundObject,
  LookupPurpose,
  ObjectName,
  PlaceAnswer,
  PlaceRequest,
  ReportRequest,
  Tags,
  UploadState,
  uploadBegin,
  uploadExtend,
  WantedRange,
} from '../../../common/filesystem/index.ts';
import type { InternalClient, Target } from '../../../common/internal/index.ts';
import { AUTHORIZATION_KEPT_MS, MASTER_PATIENCE_MS } from '../timing.ts';
import { type Action, AuthorizationCache } from './authorization-cache.ts';
import { BucketCalls } from './bucket-calls.ts';
import { CallBatcher } from './call-batcher.ts';
import { type CommitItem, commitSafely, type LookupItem } from './commit-safely.ts';
import { type Asker, MasterCalls, type Question } from './master-calls.ts';
import { MultipartCalls } from './multipart-calls.ts';
import { ObjectCalls } from './object-calls.ts';

export type { Asker } from './master-calls.ts';

type UploadBegin = Question<z.infer<typeof uploadBegin>>;
type UploadExtend = Question<z.infer<typeof uploadExtend>>;

const MAX_ITEMS_PER_CALL = 256;
const MAX_CALLS_IN_FLIGHT = 2;
const MAX_WAITING = 16_384;

export class MasterClient {
  readonly objects: ObjectCalls;
  readonly multipart: MultipartCalls;
  readonly buckets: BucketCalls;
  readonly #calls: MasterCalls;
  readonly #permissions: AuthorizationCache;
  readonly #authorize: CallBatcher<AuthorizeRequest['items'][number], null>;
  readonly #commit: CallBatcher<CommitItem, Committed>;
  readonly #lookup: CallBatcher<LookupItem, FoundObject>;

  constructor(client: InternalClient, control: Target, clock: Clock) {
    this.#calls = new MasterCalls(client, control, clock);
    this.objects = new ObjectCalls(this.#calls);
    this.multipart = new MultipartCalls(this.#calls);
    this.buckets = new BucketCalls(this.#calls);
    this.#permissions = new AuthorizationCache(clock, AUTHORIZATION_KEPT_MS);
    const limits = {
      maxItemsPerCall: MAX_ITEMS_PER_CALL,
      maxCallsInFlight: MAX_CALLS_IN_FLIGHT,
      maxWaiting: MAX_WAITING,
    };
    this.#authorize = new CallBatcher({
      ...limits,
      name: 'a permission',
      send: (items) => this.#calls.askPatiently<Answer<null>[]>('authorize', { items }),
    });
    this.#lookup = new CallBatcher({
      ...limits,
      name: 'a look-up',
      send: (items) => this.#calls.askPatiently<Answer<FoundObject>[]>('lookup', { items }),
    });
    this.#commit = new CallBatcher({
      ...limits,
      name: 'a commit',
      send: (items) =>
        commitSafely(
          {
            clock,
            patienceMs: MASTER_PATIENCE_MS,
            commit: (open) => this.#calls.ask<Answer<Committed>[]>('commit', { items: open }),
            lookup: (open) => this.#calls.ask<Answer<FoundObject>[]>('lookup', { items: open }),
          },
          items,
        ),
    });
  }

  /**
   * With `sizeBytes`, what would be over the quota is refused as well, by what is stored now; `tags`: what the object is to
   * have, if any.
   * @throws Unauthenticated, Forbidden or NotFound when it may not be done.
   */
  async authorize(asker: Asker, action: Action, name: ObjectName, sizeBytes?: number, tags?: Tags): Promise<void> {
    if (sizeBytes === undefined && !tags && this.#permissions.isGranted(asker.credential, action, name)) return;
    const size = sizeBytes !== undefined && { size: sizeBytes };
    await this.#authorize.submit({ ...asker, action, name, ...size, ...(tags && { tags }) });
    // Given for these tags, it may not be without them.
    if (!tags) this.#permissions.grant(asker.credential, action, name);
  }

  commit(item: CommitItem): Promise<Committed> {
    return this.#commit.submit(item);
  }

  /** `purpose`: when its bytes are not what is wanted; `range`: when not all of them are. */
  lookup(
    asker: Asker,
    name: ObjectName,
    version?: string,
    purpose?: LookupPurpose,
    range?: WantedRange,
  ): Promise<FoundObject> {
    const item = {
      ...asker,
      name,
      ...(version !== undefined && { version }),
      ...(purpose && { purpose }),
      ...(range && { range }),
    };
    return this.#lookup.submit(item);
  }

  /** @throws Unavailable when fewer than WRITE_QUORUM chunkservers can take writes. */
  place(request: PlaceRequest): Promise<PlaceAnswer> {
    return this.#calls.ask<PlaceAnswer>('place', request);
  }

  async renew(chunks: string[]): Promise<void> {
    await this.#calls.askPatiently<{ validUntilMs: number }>('renew', { chunks });
  }

  async report(faults: ReportRequest['faults']): Promise<void> {
    await this.#calls.ask<unknown>('report', { faults });
  }

  beginUpload(asker: Asker, upload: UploadBegin): Promise<UploadState> {
    return this.#calls.ask<UploadState>('upload/begin', { ...asker, ...upload });
  }

  inspectUpload(asker: Asker, upload: string): Promise<UploadState> {
    return this.#calls.askPatiently<UploadState>('upload/inspect', { ...asker, upload });
  }

  /** Not repeated here: whether a lost answer took effect is told by the offset that `inspectUpload` gives. */
  extendUpload(asker: Asker, extension: UploadExtend): Promise<UploadState> {
    return this.#calls.ask<UploadState>('upload/extend', { ...asker, ...extension });
  }

  finishUpload(asker: Asker, upload: string): Promise<Committed> {
    return this.#calls.ask<Committed>('upload/finish', { ...asker, upload });
  }

  async abortUpload(asker: Asker, upload: string): Promise<void> {
    await this.#calls.ask<unknown>('upload/abort', { ...asker, upload });
  }
}
