/** What the gateway asks of the filesystem master, batched, with a restart of the master waited for. */
import type { z } from 'zod';
import type { Clock } from '../../../common/clock/index.ts';
import type {
  Answer,
  AuthorizeRequest,
  Committed,
  Credential,
  FoundObject,
  ObjectName,
  PlaceAnswer,
  PlaceRequest,
  ReportRequest,
  UploadState,
  uploadBegin,
  uploadExtend,
} from '../../../common/filesystem/index.ts';
import type { InternalClient, Target } from '../../../common/internal/index.ts';
import { AUTHORIZATION_KEPT_MS, MASTER_CALL_MS, MASTER_PATIENCE_MS } from '../timing.ts';
import { type Action, AuthorizationCache } from './authorization-cache.ts';
import { CallBatcher } from './call-batcher.ts';
import { type CommitItem, commitSafely, type LookupItem } from './commit-safely.ts';
import { patiently } from './patience.ts';

/** Who asks, and for which request. */
export interface Asker {
  requestId: string;
  credential: Credential;
  /** The caller's IP address. */
  address?: string;
}

type UploadBegin = Omit<z.infer<typeof uploadBegin>, keyof Asker>;
type UploadExtend = Omit<z.infer<typeof uploadExtend>, keyof Asker>;

const MAX_ITEMS_PER_CALL = 256;
const MAX_CALLS_IN_FLIGHT = 2;
const MAX_WAITING = 16_384;

export class MasterClient {
  readonly #client: InternalClient;
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #permissions: AuthorizationCache;
  readonly #authorize: CallBatcher<AuthorizeRequest['items'][number], null>;
  readonly #commit: CallBatcher<CommitItem, Committed>;
  readonly #lookup: CallBatcher<LookupItem, FoundObject>;

  constructor(client: InternalClient, control: Target, clock: Clock) {
    this.#client = client;
    this.#target = control;
    this.#clock = clock;
    this.#permissions = new AuthorizationCache(clock, AUTHORIZATION_KEPT_MS);
    const limits = {
      maxItemsPerCall: MAX_ITEMS_PER_CALL,
      maxCallsInFlight: MAX_CALLS_IN_FLIGHT,
      maxWaiting: MAX_WAITING,
    };
    this.#authorize = new CallBatcher({
      ...limits,
      name: 'a permission',
      send: (items) => this.#askPatiently<Answer<null>[]>('authorize', { items }),
    });
    this.#lookup = new CallBatcher({
      ...limits,
      name: 'a look-up',
      send: (items) => this.#askPatiently<Answer<FoundObject>[]>('lookup', { items }),
    });
    this.#commit = new CallBatcher({
      ...limits,
      name: 'a commit',
      send: (items) =>
        commitSafely(
          {
            clock,
            patienceMs: MASTER_PATIENCE_MS,
            commit: (open) => this.#ask<Answer<Committed>[]>('commit', { items: open }),
            lookup: (open) => this.#ask<Answer<FoundObject>[]>('lookup', { items: open }),
          },
          items,
        ),
    });
  }

  /** @throws Unauthenticated, Forbidden or NotFound when it may not be done. */
  async authorize(asker: Asker, action: Action, name: ObjectName): Promise<void> {
    if (this.#permissions.isGranted(asker.credential, action, name)) return;
    await this.#authorize.submit({ ...asker, action, name });
    this.#permissions.grant(asker.credential, action, name);
  }

  commit(item: CommitItem): Promise<Committed> {
    return this.#commit.submit(item);
  }

  lookup(asker: Asker, name: ObjectName): Promise<FoundObject> {
    return this.#lookup.submit({ ...asker, name });
  }

  /** @throws Unavailable when fewer than WRITE_QUORUM chunkservers can take writes. */
  place(request: PlaceRequest): Promise<PlaceAnswer> {
    return this.#ask<PlaceAnswer>('place', request);
  }

  async renew(chunks: string[]): Promise<void> {
    await this.#askPatiently<{ validUntilMs: number }>('renew', { chunks });
  }

  async report(faults: ReportRequest['faults']): Promise<void> {
    await this.#ask<unknown>('report', { faults });
  }

  beginUpload(asker: Asker, upload: UploadBegin): Promise<UploadState> {
    return this.#ask<UploadState>('upload/begin', { ...asker, ...upload });
  }

  inspectUpload(asker: Asker, upload: string): Promise<UploadState> {
    return this.#askPatiently<UploadState>('upload/inspect', { ...asker, upload });
  }

  /** Not repeated here: whether a lost answer took effect is told by the offset that `inspectUpload` gives. */
  extendUpload(asker: Asker, extension: UploadExtend): Promise<UploadState> {
    return this.#ask<UploadState>('upload/extend', { ...asker, ...extension });
  }

  finishUpload(asker: Asker, upload: string): Promise<Committed> {
    return this.#ask<Committed>('upload/finish', { ...asker, upload });
  }

  async abortUpload(asker: Asker, upload: string): Promise<void> {
    await this.#ask<unknown>('upload/abort', { ...asker, upload });
  }

  #askPatiently<Value>(name: string, body: unknown): Promise<Value> {
    const deadlineMs = this.#clock.monotonic() + MASTER_PATIENCE_MS;
    return patiently(this.#clock, deadlineMs, () => this.#ask<Value>(name, body));
  }

  async #ask<Value>(name: string, body: unknown): Promise<Value> {
    return (await this.#client.call(this.#target, `/internal/filesystem/${name}`, body, {
      timeoutMs: MASTER_CALL_MS,
    })) as Value;
  }
}
