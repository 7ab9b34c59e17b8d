/**
 * The filesystem's master (GFS §2): names, chunks, who writes where, and what becomes of chunks that nothing refers to.
 * What must last is in the view and changed by commands; where replicas are is learned from chunkservers.
 */
import type { z } from 'zod';
import { AppError, toProblem } from '../../../common/errors/index.ts';
import type {
  Answer,
  AuthorizeRequest,
  CommitRequest,
  Committed,
  FoundObject,
  HeartbeatAnswer,
  HeartbeatRequest,
  LookupRequest,
  PlaceAnswer,
  PlaceRequest,
  ReportRequest,
  renewRequest,
} from '../../../common/filesystem/index.ts';
import { assertWithinQuota } from '../commands/usage.ts';
import { Access, type Asker } from './access.ts';
import { Admission } from './admission.ts';
import { Buckets } from './buckets.ts';
import { createContext, type MasterContext, type MasterOptions } from './context.ts';
import { expirationOfWritten } from './expiration.ts';
import { Heartbeats } from './heartbeats.ts';
import { Housekeeping } from './housekeeping.ts';
import { Lookup } from './lookup.ts';
import { Multipart } from './multipart.ts';
import { Objects } from './objects.ts';
import { Orders } from './orders.ts';
import { Placement } from './placement.ts';
import { ReplicaCensus } from './storage-status.ts';
import { Uploads } from './uploads.ts';
import { Votes } from './votes.ts';

export class Master implements AsyncDisposable {
  readonly context: MasterContext;
  readonly access: Access;
  readonly buckets: Buckets;
  readonly uploads: Uploads;
  readonly objects: Objects;
  readonly multipart: Multipart;
  readonly census: ReplicaCensus;
  readonly housekeeping: Housekeeping;
  readonly #orders: Orders;
  readonly #placement: Placement;
  readonly #heartbeats: Heartbeats;
  readonly #lookup: Lookup;
  readonly #votes: Votes;

  private constructor(options: MasterOptions) {
    this.context = createContext(options);
    this.access = new Access(options);
    this.buckets = new Buckets(this.context, this.access);
    this.census = new ReplicaCensus(this.context);
    this.#orders = new Orders(this.context);
    const admission = new Admission(this.context);
    this.#placement = new Placement(this.context, this.#orders, admission);
    this.#heartbeats = new Heartbeats(this.context, this.#orders);
    this.#lookup = new Lookup(this.context, this.access);
    this.#votes = new Votes(this.context, admission);
    this.uploads = new Uploads(this.context, this.access, this.#votes);
    this.multipart = new Multipart(this.context, this.access, this.#votes);
    this.objects = new Objects(this.context, this.access);
    this.housekeeping = new Housekeeping(this.context, this.#orders, this.#placement);
  }

  /** Shared chunks that were open are sealed: who held a lease on them, and how far they got, is not known any more. */
  static async start(options: MasterOptions): Promise<Master> {
    const master = new Master(options);
    await master.#placement.seal(options.view.openChunks());
    master.housekeeping.start();
    return master;
  }

  authorize({ items }: AuthorizeRequest): Promise<Answer<null>[]> {
    return this.#answerEach(items, async (item) => {
      if (item.action === 'read') {
        await this.access.readable(item, item.name, 's3:GetObject');
        return null;
      }
      const { name } = await this.access.permit(item, 's3:PutObject', item.name, { requestTags: item.tags });
      assertWithinQuota(this.context.view.usage(name.namespace), { bytes: item.size ?? 0 });
      return null;
    });
  }

  /** @throws Unavailable when too few chunkservers can take writes. */
  place(request: PlaceRequest): Promise<PlaceAnswer> {
    return this.#placement.place(request);
  }

  renew({ chunks }: z.infer<typeof renewRequest>): { validUntilMs: number } {
    return this.#placement.renew(chunks);
  }

  /** The decisions of two-phase commits: all that come together share an entry of the log. */
  commit({ items }: CommitRequest): Promise<Answer<Committed>[]> {
    this.context.metrics.commitBatch.observe(items.length);
    return this.#answerEach(items, async (item) => {
      const { content, chunks, preconditions, isForm } = item;
      const { bucket, by, name } = await this.access.permit(item, 's3:PutObject', item.name, {
        requestTags: content.tags,
      });
      this.#votes.admit(chunks);
      const committed = await this.context.submit<Committed>(
        'object.commit',
        { name, content, chunks, preconditions, versionSalt: this.context.versionSalt(), ...(isForm && { isForm }) },
        by,
      );
      this.#votes.settle(chunks);
      return { ...committed, ...expirationOfWritten(this.context.view, bucket, name.key) };
    });
  }

  lookup({ items }: LookupRequest): Promise<Answer<FoundObject>[]> {
    return this.#answerEach(items, (item) => this.#lookup.find(item));
  }

  /** What a gateway saw go wrong. */
  async report({ faults }: ReportRequest): Promise<void> {
    const { checksumFaults, clock, logger, metrics, replicas, servers } = this.context;
    const failed = new Set<string>();
    for (const { chunk, node, kind, detail } of faults) {
      metrics.faults.inc({ kind });
      if (kind === 'corrupt') checksumFaults.note({ chunk, node, detail, foundBy: 'gateway' });
      else logger.warn({ chunk, node, kind, detail }, 'a gateway reports a fault');
      if (kind === 'unreachable') servers.suspect(node, clock.monotonic());
      else if (kind === 'append-failed') failed.add(chunk);
      else if (kind === 'missing') replicas.remove(chunk, node);
      else replicas.markDamaged(chunk, node);
    }
    await this.#placement.seal([...failed]);
  }

  heartbeat(node: string, request: HeartbeatRequest): Promise<HeartbeatAnswer> {
    return this.#heartbeats.receive(node, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.housekeeping[Symbol.asyncDispose]();
  }

  #answerEach<Item extends Asker, Value>(
    items: readonly Item[],
    answer: (item: Item) => Promise<Value>,
  ): Promise<Answer<Value>[]> {
    return Promise.all(
      items.map(async (item): Promise<Answer<Value>> => {
        try {
          return { ok: true, value: await answer(item) };
        } catch (error) {
          if (!(error instanceof AppError)) {
            this.context.logger.error({ err: error, requestId: item.requestId }, 'an item of a call failed');
          }
          return { ok: false, problem: toProblem(error, item.requestId) };
        }
      }),
    );
  }
}
