/** One connection of frames to each process that is called; a new one when it ends, or when our certificate is renewed. */
import type { Clock } from '../../clock/index.ts';
import type { Identity } from '../../identity/index.ts';
import type { Target } from '../client.ts';
import { CONNECT_TIMEOUT_MS, callerOptions } from '../secure-options.ts';
import type { Frame } from './frame-codec.ts';
import { type FrameCall, FrameConnection, type FrameLimits } from './frame-connection.ts';

export class FrameClient implements Disposable {
  readonly #identity: Identity;
  readonly #clock: Clock;
  /** Those that take calls, by role and address. */
  readonly #current = new Map<string, FrameConnection>();
  readonly #open = new Set<FrameConnection>();

  constructor(identity: Identity, clock: Clock) {
    this.#identity = identity;
    this.#clock = clock;
  }

  /** The frame that answers. @throws Unavailable, GatewayTimeout, or the signal's reason. */
  send(target: Target, call: FrameCall, limits: FrameLimits): Promise<Frame> {
    const key = `${target.role} ${target.address}`;
    const known = this.#current.get(key);
    if (known?.isUsable) return known.send(call, limits);
    // Whatever is left in flight there goes on; nothing new does.
    known?.retire();
    const connection = this.#connect(target, key);
    this.#current.set(key, connection);
    return connection.send(call, limits);
  }

  /** New connections show the renewed certificate; those in use finish their calls first. */
  renew(): void {
    const old = [...this.#current.values()];
    this.#current.clear();
    for (const connection of old) connection.retire();
  }

  [Symbol.dispose](): void {
    for (const connection of this.#open) connection.destroy();
  }

  #connect(target: Target, key: string): FrameConnection {
    const { hostname, port } = new URL(`https://${target.address}`);
    const options = {
      ...callerOptions(this.#identity, target.role),
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port),
      timeout: CONNECT_TIMEOUT_MS,
    };
    const name = `The ${target.role} at ${target.address}`;
    const connection = new FrameConnection(options, name, this.#clock);
    this.#open.add(connection);
    connection.onClose(() => {
      this.#open.delete(connection);
      if (this.#current.get(key) === connection) this.#current.delete(key);
    });
    return connection;
  }
}
