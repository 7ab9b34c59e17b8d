/** Single calls to the filesystem master, each with its deadline; what they mean is told by what is made of them. */
import type { Clock } from '../../../common/clock/index.ts';
import type { Credential } from '../../../common/filesystem/index.ts';
import type { InternalClient, Target } from '../../../common/internal/index.ts';
import { MASTER_CALL_MS, MASTER_PATIENCE_MS } from '../timing.ts';
import { patiently } from './patience.ts';

/** Who asks, and for which request. */
export interface Asker {
  requestId: string;
  credential: Credential;
  /** The caller's IP address. */
  address?: string;
  /** What a bucket's policy may ask of the request, by its condition keys. */
  context?: Record<string, string>;
}

/** The input of a call without who asks: the client adds that. */
export type Question<Input> = Omit<Input, keyof Asker>;

export class MasterCalls {
  readonly #client: InternalClient;
  readonly #target: Target;
  readonly #clock: Clock;

  constructor(client: InternalClient, control: Target, clock: Clock) {
    this.#client = client;
    this.#target = control;
    this.#clock = clock;
  }

  /** Once: for what may not be said twice. */
  async ask<Value>(name: string, body: unknown): Promise<Value> {
    return (await this.#client.call(this.#target, `/internal/filesystem/${name}`, body, {
      timeoutMs: MASTER_CALL_MS,
    })) as Value;
  }

  /** Until it is answered, for MASTER_PATIENCE_MS: for what may be said twice. */
  askPatiently<Value>(name: string, body: unknown): Promise<Value> {
    const deadlineMs = this.#clock.monotonic() + MASTER_PATIENCE_MS;
    return patiently(this.#clock, deadlineMs, () => this.ask<Value>(name, body));
  }
}
