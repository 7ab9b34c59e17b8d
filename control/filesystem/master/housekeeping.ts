/**
 * What the master does by itself, once a second: declares the silent dead, collects orphans and garbage, forgets what is
 * deleted, expires uploads and shares, obeys lifecycles, seals retired chunks. Repair, scrub, compaction and drain will be further steps here.
 */
import type { MasterContext } from './context.ts';
import { unreportedNodes } from './context.ts';
import { Lifecycle } from './lifecycle.ts';
import { MultipartExpiry } from './multipart-expiry.ts';
import type { Orders } from './orders.ts';
import type { Placement } from './placement.ts';

const INTERVAL_MS = 1_000;
const BATCH = 1_000;

export class Housekeeping implements AsyncDisposable {
  readonly #context: MasterContext;
  readonly #orders: Orders;
  readonly #placement: Placement;
  readonly #multiparts: MultipartExpiry;
  readonly #lifecycle: Lifecycle;
  #timer: Disposable | undefined;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** Where the next look at the uploads begins. */
  #uploadsAfter: string | undefined;
  /** Where the next look at the shares begins. */
  #sharesAfter: string | undefined;

  constructor(context: MasterContext, orders: Orders, placement: Placement) {
    this.#context = context;
    this.#orders = orders;
    this.#placement = placement;
    this.#multiparts = new MultipartExpiry(context);
    this.#lifecycle = new Lifecycle(context);
  }

  start(): void {
    if (this.#isStopped) return;
    this.#timer = this.#context.clock.setTimer(Math.min(INTERVAL_MS, this.#context.config.heartbeatIntervalMs), () => {
      this.#round = this.round()
        .catch((error: unknown) => {
          this.#context.logger.warn({ err: error }, 'a round of housekeeping failed; the next one tries again');
        })
        .finally(() => this.start());
    });
  }

  async round(): Promise<void> {
    await this.#declareDead();
    await this.#placement.sealRetired();
    await this.#condemn();
    await this.#forget();
    await this.#expireUploads();
    await this.#multiparts.round();
    await this.#expireShares();
    await this.#lifecycle.round();
    this.#context.grants.dropExpired(this.#context.clock.now());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.#round;
  }

  async #declareDead(): Promise<void> {
    const { clock, config, logger, replicas, servers, startedAtMs, view } = this.#context;
    const nowMs = clock.monotonic();
    for (const { node, state } of view.nodes()) {
      const silentMs = nowMs - (servers.get(node)?.heardAtMs ?? startedAtMs);
      if (state === 'dead' || silentMs < config.deadAfterMs) continue;
      await this.#context.submit('node.dead', { node });
      logger.warn({ node, silentMs }, 'the chunkserver is silent and declared dead');
      servers.forget(node);
      replicas.removeNode(node);
      this.#orders.forgetNode(node);
    }
  }

  /** Tombstones for orphans and for what nothing refers to any more, when their grace is over. */
  async #condemn(): Promise<void> {
    const { clock, config, grants, logger, orphans, view } = this.#context;
    const due = orphans.due(clock.monotonic(), BATCH).filter((chunk) => {
      if (view.chunk(chunk)) {
        orphans.clear(chunk);
        return false;
      }
      if (!grants.isValid(chunk, clock.now())) return true;
      orphans.renew(chunk, clock.monotonic());
      return false;
    });
    const chunks = [...due, ...view.idleChunks(clock.now() - config.orphanGraceMs, BATCH)];
    if (chunks.length === 0) return;
    const condemned = await this.#context.submit<string[]>('chunk.condemn', { chunks });
    for (const chunk of due) orphans.clear(chunk);
    this.#orders.examineAll(condemned);
    logger.info({ chunks: condemned.length, orphans: due.length }, 'chunks that nothing refers to are condemned');
  }

  /** A tombstone goes when no replica is left, everyone has been heard, and no late commit can come any more. */
  async #forget(): Promise<void> {
    const { clock, config, replicas, view } = this.#context;
    const chunks = view
      .condemnedChunks(clock.now() - config.orphanGraceMs, BATCH)
      .filter((chunk) => replicas.of(chunk).length === 0);
    if (chunks.length === 0 || unreportedNodes(this.#context).length > 0) return;
    await this.#context.submit('chunk.forget', { chunks });
  }

  async #expireUploads(): Promise<void> {
    const { clock, view } = this.#context;
    const page = view.uploadsAfter(this.#uploadsAfter, BATCH);
    this.#uploadsAfter = page.length < BATCH ? undefined : page.at(-1)?.id;
    const uploads = page.filter(({ expiresAtMs }) => expiresAtMs <= clock.now()).map(({ id }) => id);
    if (uploads.length > 0) await this.#context.submit('upload.expire', { uploads });
  }

  /** Their links have stopped to work by themselves; this clears them away. */
  async #expireShares(): Promise<void> {
    const { clock, view } = this.#context;
    const page = view.sharesAfter(this.#sharesAfter, BATCH);
    this.#sharesAfter = page.length < BATCH ? undefined : page.at(-1)?.id;
    const shares = page.filter(({ expiresAtMs }) => expiresAtMs <= clock.now()).map(({ id }) => id);
    if (shares.length > 0) await this.#context.submit('share.expire', { shares });
  }
}
