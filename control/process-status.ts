/** The bramble's processes as control knows them: itself, the gateways that call it, the chunkservers by their heartbeats. */
import type { Clock } from '../common/clock/index.ts';
import type { InternalRoute } from '../common/internal/index.ts';
import type { ProcessStatus } from './api/index.ts';
import type { Master } from './filesystem/index.ts';

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
  return view.nodes().map(({ node, state }) => {
    const server = servers.get(node);
    const standing = servers.standing(node, now);
    const status = { role: 'chunkserver', node, ...(server && { address: server.address }) };
    if (state === 'dead') return { ...status, state: 'dead' };
    if (!server || standing === 'silent') return { ...status, state: 'silent' };
    const detail = server.conditionDetail || (standing === 'writable' ? '' : standing);
    return { ...status, state: server.hasReported ? 'ready' : 'starting', ...(detail && { detail }) };
  });
}
