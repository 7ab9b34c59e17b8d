/** Gives out room: chunks of their own, and leases on shared chunks, on chunkservers that can take writes now. */
import { Unavailable } from '../../../common/errors/index.ts';
import {
  CHUNK_BYTES,
  type Grant,
  type PlaceAnswer,
  type PlaceRequest,
  REPLICATION_FACTOR,
  SMALL_OBJECT_BYTES,
  WRITE_QUORUM,
} from '../../../common/filesystem/index.ts';
import { choosePlacement } from '../decisions/placement.ts';
import type { Admission } from './admission.ts';
import type { Chunkserver } from './chunkservers.ts';
import { knownNodes, type MasterContext, unreportedNodes } from './context.ts';
import type { Orders } from './orders.ts';

interface SharedChunk {
  chunk: string;
  version: number;
  nodes: string[];
  /** The last lease given on it. */
  leaseUntilMs: number;
}

/**
 * A shared chunk this full is given to no one any more: it must hold the appends on their way. Gateways give it up a little
 * later, when there is room for just those; its last records are not all committed then.
 */
const SHARED_FULL_BYTES = CHUNK_BYTES - 16 * SMALL_OBJECT_BYTES;
/** After the last lease, how long the commits of its appends may take. */
const COMMIT_SLACK_MS = 30_000;

export class Placement {
  readonly #context: MasterContext;
  readonly #orders: Orders;
  readonly #admission: Admission;
  #shared: SharedChunk | undefined;
  #opening: Promise<void> | undefined;
  /** Given out no more; sealed when their leases are over. */
  readonly #retired = new Map<string, SharedChunk>();

  constructor(context: MasterContext, orders: Orders, admission: Admission) {
    this.#context = context;
    this.#orders = orders;
    this.#admission = admission;
  }

  /** @throws Unavailable, after a bounded wait, when fewer than WRITE_QUORUM chunkservers can take writes. */
  async place({ own, shared, avoid }: PlaceRequest): Promise<PlaceAnswer> {
    const avoided = new Set(avoid);
    const servers = await this.#writable(avoided);
    return {
      own: Array.from({ length: own }, () => this.#grantOwn(servers)),
      shared: shared ? await this.#grantShared(avoided) : null,
    };
  }

  renew(chunks: readonly string[]): { validUntilMs: number } {
    const { clock, config, grants, orphans, view } = this.#context;
    const validUntilMs = clock.now() + config.grantMs;
    for (const chunk of chunks) {
      // What is collected stays so: a late renewal does not bring it back.
      if (view.chunk(chunk) || !this.#admission.isAlive(chunk)) continue;
      grants.give(chunk, validUntilMs);
      orphans.renew(chunk, clock.monotonic());
    }
    return { validUntilMs };
  }

  /** Ends appends to these shared chunks now, at what is committed of them. */
  async seal(chunks: readonly string[]): Promise<void> {
    const open = chunks.filter((chunk) => this.#context.view.chunk(chunk)?.state === 'open');
    if (this.#shared && chunks.includes(this.#shared.chunk)) this.#shared = undefined;
    if (open.length === 0) return;
    await this.#context.submit('chunk.seal', { chunks: open });
    for (const chunk of open) this.#retired.delete(chunk);
    this.#orders.examineAll(open);
  }

  /** Seals what was retired and is out of lease. */
  async sealRetired(): Promise<void> {
    const nowMs = this.#context.clock.now();
    const over = [...this.#retired.values()].filter(({ leaseUntilMs }) => leaseUntilMs + COMMIT_SLACK_MS <= nowMs);
    await this.seal(over.map(({ chunk }) => chunk));
  }

  #grantOwn(servers: readonly Chunkserver[]): Grant {
    const { clock, config, grants, ids } = this.#context;
    const replicas = choosePlacement(servers, REPLICATION_FACTOR, this.#random);
    const chunk = ids.uuid();
    const validUntilMs = clock.now() + config.grantMs;
    grants.give(chunk, validUntilMs);
    return { chunk, version: 1, replicas: replicas.map(({ node, address }) => ({ node, address })), validUntilMs };
  }

  async #grantShared(avoid: ReadonlySet<string>): Promise<Grant> {
    const { clock, config, servers } = this.#context;
    for (;;) {
      const shared = this.#shared;
      if (shared && this.#takesAppends(shared, avoid)) {
        shared.leaseUntilMs = clock.now() + config.leaseMs;
        const replicas = shared.nodes.flatMap((node) => {
          const server = servers.get(node);
          return server ? [{ node, address: server.address }] : [];
        });
        return { chunk: shared.chunk, version: shared.version, replicas, validUntilMs: shared.leaseUntilMs };
      }
      this.#opening ??= this.#open(avoid).finally(() => {
        this.#opening = undefined;
      });
      await this.#opening;
    }
  }

  async #open(avoid: ReadonlySet<string>): Promise<void> {
    const { clock, ids, replicas, submit } = this.#context;
    const nodes = choosePlacement(await this.#writable(avoid), REPLICATION_FACTOR, this.#random).map(
      ({ node }) => node,
    );
    const shared = { chunk: ids.uuid(), version: 1, nodes, leaseUntilMs: 0 };
    await submit('chunk.open', { chunk: shared.chunk, version: shared.version });
    for (const node of nodes) {
      replicas.vote(node, { chunk: shared.chunk, version: 1, length: 0, state: 'open' }, clock.monotonic());
    }
    if (this.#shared) this.#retired.set(this.#shared.chunk, this.#shared);
    this.#shared = shared;
  }

  #takesAppends({ chunk, nodes }: SharedChunk, avoid: ReadonlySet<string>): boolean {
    const { clock, servers, view } = this.#context;
    const record = view.chunk(chunk);
    if (record?.state !== 'open' || record.length >= SHARED_FULL_BYTES) return false;
    const nowMs = clock.monotonic();
    const writable = new Set(servers.writable(nowMs, avoid).map(({ node }) => node));
    // Two replicas are made three again as soon as there is a third chunkserver.
    const isShort = nodes.length < REPLICATION_FACTOR && writable.size > nodes.length;
    return !isShort && nodes.every((node) => writable.has(node));
  }

  async #writable(avoid: ReadonlySet<string>): Promise<Chunkserver[]> {
    const { clock, config, heard, servers } = this.#context;
    const deadline = clock.monotonic() + config.placeWaitMs + (this.#isRelearning() ? config.reportWaitMs : 0);
    for (;;) {
      const nowMs = clock.monotonic();
      const found = servers.writable(nowMs, avoid);
      if (found.length >= WRITE_QUORUM && !this.#isRelearning()) return found;
      if (nowMs >= deadline) throw this.#tooFew(avoid);
      await heard.wait(clock, Math.min(200, deadline - nowMs));
    }
  }

  /** Just started: not all that were there before have told what they have. */
  #isRelearning(): boolean {
    const { clock, config, expected, servers, startedAtMs } = this.#context;
    if (clock.monotonic() - startedAtMs >= config.reportWaitMs) return false;
    const reported = servers.all().filter(({ hasReported }) => hasReported).length;
    if (reported < REPLICATION_FACTOR || unreportedNodes(this.#context).length > 0) return true;
    return expected.some((node) => !servers.get(node)?.hasReported);
  }

  #tooFew(avoid: ReadonlySet<string>): Unavailable {
    const { clock, servers } = this.#context;
    const nowMs = clock.monotonic();
    const reasons = knownNodes(this.#context).flatMap((node) => {
      const standing = servers.standing(node, nowMs);
      if (standing !== 'writable') return [`${node} is ${standing}`];
      return avoid.has(node) ? [`${node} just failed`] : [];
    });
    const why = reasons.length > 0 ? reasons.join(', ') : 'none has ever been heard of';
    return new Unavailable(`A write needs ${WRITE_QUORUM} chunkservers that take writes: ${why}.`, {
      code: 'too-few-chunkservers',
    });
  }

  readonly #random = (): number => {
    const bytes = this.#context.random.bytes(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
  };
}
