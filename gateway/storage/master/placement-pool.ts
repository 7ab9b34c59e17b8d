/**
 * Grants at hand, so that a usual PUT does not wait for `place`: chunks of their own are fetched in batches before they
 * run out, and the shared chunk that small objects go to is kept for the length of its lease.
 */
import type { Clock } from '../../../common/clock/index.ts';
import { GatewayTimeout, Unavailable } from '../../../common/errors/index.ts';
import {
  type Grant,
  type PlaceAnswer,
  type PlaceRequest,
  REPLICATION_FACTOR,
} from '../../../common/filesystem/index.ts';
import type { Liveness } from '../chunks/liveness.ts';
import { PLACED_KEPT_MS } from '../timing.ts';
import type { NodeHealth } from './node-health.ts';
import { isTransient } from './patience.ts';

const BATCH = 8;
const LOW_WATER = 4;
/** A grant is not begun on when it ends within this. */
const OWN_MARGIN_MS = 60_000;
const SHARED_MARGIN_MS = 5_000;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

export interface Placer {
  place(request: PlaceRequest): Promise<PlaceAnswer>;
}

interface Held {
  grant: Grant;
  /** `NodeHealth.failures` when it was asked for. */
  failuresKnown: number;
  /** On the monotonic clock. */
  placedAtMs: number;
}

export interface PlacementPoolOptions {
  placer: Placer;
  health: NodeHealth;
  liveness: Pick<Liveness, 'stillAway'>;
  clock: Clock;
  patienceMs: number;
}

export class PlacementPool {
  readonly #placer: Placer;
  readonly #health: NodeHealth;
  readonly #liveness: PlacementPoolOptions['liveness'];
  readonly #clock: Clock;
  readonly #patienceMs: number;
  #own: Held[] = [];
  #refill: Promise<void> | undefined;
  #takersWaiting = 0;
  #shared: Held | undefined;
  #sharedRequest: Promise<Grant> | undefined;

  /** `patienceMs`: how long a master that cannot be reached is waited for. */
  constructor({ placer, health, liveness, clock, patienceMs }: PlacementPoolOptions) {
    this.#placer = placer;
    this.#health = health;
    this.#liveness = liveness;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** A chunk for one writer alone. @throws Unavailable when the master has no room or cannot be reached. */
  async takeOwn(): Promise<Grant> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const oldestMs = this.#clock.monotonic() - PLACED_KEPT_MS;
      this.#own = this.#own.filter((held) => held.placedAtMs >= oldestMs && this.#isUsable(held, OWN_MARGIN_MS));
      const held = this.#own.shift();
      if (this.#own.length < LOW_WATER) this.#startRefill();
      if (held) return held.grant;
      this.#takersWaiting += 1;
      try {
        await this.#refill;
      } finally {
        this.#takersWaiting -= 1;
        queueMicrotask(() => this.#dropShort());
      }
    }
    throw new Unavailable('No chunk could be placed on healthy chunkservers; try again soon.');
  }

  /** The open shared chunk. @throws Unavailable as above. */
  async takeShared(): Promise<Grant> {
    if (this.#shared && this.#isSharedUsable(this.#shared)) return this.#shared.grant;
    this.#shared = undefined;
    this.#sharedRequest ??= this.#placeShared().finally(() => {
      this.#sharedRequest = undefined;
    });
    return await this.#sharedRequest;
  }

  /** The shared chunk failed or is full: the next small object asks for another one. */
  dropShared(grant: Grant): void {
    if (this.#shared?.grant.chunk === grant.chunk) this.#shared = undefined;
  }

  async #placeShared(): Promise<Grant> {
    const failuresKnown = this.#health.failures;
    const { shared } = await this.#place({ own: 0, shared: true, avoid: this.#health.suspects() });
    if (!shared) throw new Unavailable('The filesystem master gave no chunk for small objects; try again soon.');
    this.#shared = { grant: shared, failuresKnown, placedAtMs: this.#clock.monotonic() };
    return shared;
  }

  #startRefill(): void {
    this.#refill ??= this.#fetchOwn().finally(() => {
      this.#refill = undefined;
    });
    // Whoever waits for it gets the error; when nobody does, the next taker asks again.
    this.#refill.catch(() => undefined);
  }

  async #fetchOwn(): Promise<void> {
    const failuresKnown = this.#health.failures;
    const own = await this.#placeOwn();
    const placedAtMs = this.#clock.monotonic();
    this.#own.push(...own.map((grant) => ({ grant, failuresKnown, placedAtMs })));
    this.#dropShort();
  }

  /** When only the nodes that just failed are missing from a full set, those are asked whether they are back. */
  async #placeOwn(): Promise<Grant[]> {
    const request = { own: BATCH, shared: false };
    const avoid = this.#health.suspects();
    const { own } = await this.#place({ ...request, avoid });
    if (avoid.length === 0 || !own.some(isShort)) return own;
    const { own: fuller } = await this.#place({ ...request, avoid: [] });
    const nodes = new Map(fuller.flatMap(({ replicas }) => replicas.map((replica) => [replica.node, replica])));
    const away = await this.#liveness.stillAway([...nodes.values()]);
    return away.length === 0 ? fuller : own;
  }

  /** Fewer replicas than there should be are taken by who waits for them now, never kept: a node may be back in a moment. */
  #dropShort(): void {
    if (this.#takersWaiting > 0) return;
    this.#own = this.#own.filter(({ grant }) => !isShort(grant));
  }

  /**
   * Waits for a master that cannot be reached, but takes its word when it says that there is no room. Avoids nodes that
   * just failed, unless that leaves too few: a node that stalled once is better than none.
   */
  async #place(request: PlaceRequest): Promise<PlaceAnswer> {
    const deadlineMs = this.#clock.monotonic() + this.#patienceMs;
    let { avoid } = request;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.#placer.place({ ...request, avoid });
      } catch (error) {
        const isAway = error instanceof Unavailable || error instanceof GatewayTimeout;
        if (!isAway && isTransient(error) && avoid.length > 0) {
          avoid = [];
          continue;
        }
        if (!isAway || this.#clock.monotonic() + pauseMs > deadlineMs) throw error;
      }
      await this.#clock.sleep(pauseMs);
    }
  }

  #isSharedUsable(shared: Held): boolean {
    const isStale = isShort(shared.grant) && shared.placedAtMs + PLACED_KEPT_MS <= this.#clock.monotonic();
    return !isStale && this.#isUsable(shared, SHARED_MARGIN_MS);
  }

  /**
   * Still valid, and none of its nodes failed since it was asked for. A node that did fail and is back may have another
   * address by now, so such a grant is not used later either.
   */
  #isUsable({ grant, failuresKnown }: Held, marginMs: number): boolean {
    if (grant.validUntilMs - marginMs <= this.#clock.now()) return false;
    return !grant.replicas.some(({ node }) => this.#health.hasFailedSince(node, failuresKnown));
  }
}

function isShort(grant: Grant): boolean {
  return grant.replicas.length < REPLICATION_FACTOR;
}
