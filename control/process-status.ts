/** The bramble's processes as control knows them: itself, the gateways that call it, the chunkservers by their heartbeats. */
import type { Clock } from '../common/clock/index.ts';
import type { InternalRoute } from '../common/internal/index.ts';
import type { ProcessStatus } from './api/index.ts';
import { knownNodes, type Master } from './filesystem/index.ts';

/** A gateway that asked nothing for so long is not known to be there. */
const QUIET_MS = 60_000;

/** Which gateways called, and when. */
export class CallingGateways {
  readonly #clock: Clock;
  readonly #heardAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same routes, noting every gateway that calls one. */
  noting(routes: readonly InternalRoute[]): InternalRoute[] {
    return routes.map((route) => ({
      ...route,
      handle: (context) => {
        if (context.peer.role === 'gateway') this.#heardAtMs.set(context.peer.node, this.#clock.monotonic());
        return route.handle(context);
      },
    }));
  }

  status(): ProcessStatus[] {
    const now = this.#clock.monotonic();
    return [...this.#heardAtMs].map(([node, heardAtMs]) => ({
      role: 'gateway',
      node,
      state: now - heardAtMs < QUIET_MS ? 'ready' : 'silent',
    }));
  }
}

export function chunkserverStatus(master: Master): ProcessStatus[] {
  const { servers, view, clock } = master.context;
  const now = clock.monotonic();
  const dead = new Set(view.nodes().flatMap(({ node, state }) => (state === 'dead' ? [node] : [])));
  return knownNodes(master.context).map((node) => {
    const server = servers.get(node);
    const status = { role: 'chunkserver', node, ...(server && { address: server.address }) };
    if (dead.has(node)) return { ...status, state: 'dead' };
    const standing = servers.standing(node, now);
    if (standing === 'silent' || standing === 'missing') {
      // Whoever is being started beside us, or was there before our own start, has a while to call.
      const isStarting = !server && now - master.context.startedAtMs < QUIET_MS;
      return { ...status, state: isStarting ? 'starting' : 'silent' };
    }
    const detail = server?.conditionDetail || (standing === 'writable' ? '' : standing);
    return { ...status, state: server?.hasReported ? 'ready' : 'starting', ...(detail && { detail }) };
  });
}
