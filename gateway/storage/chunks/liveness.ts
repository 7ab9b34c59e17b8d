/**
 * Tells chunkservers that hang from those that are only slow: a write that gets no answer does not say which of its
 * replicas keeps the others waiting, and a busy disk may take seconds while the process is well.
 */
import type { Clock } from '../../../common/clock/index.ts';
import type { Replica } from '../../../common/filesystem/index.ts';
import type { NodeHealth } from '../master/node-health.ts';
import type { ChunkConnection } from './chunk-connection.ts';

export interface LivenessTools {
  connection: Pick<ChunkConnection, 'probe'>;
  health: Pick<NodeHealth, 'failed' | 'recovered' | 'isSuspect'>;
  clock: Clock;
}

export class Liveness {
  readonly #tools: LivenessTools;
  readonly #slowMs: number;
  /** By address: one question at a time, shared by all that ask. */
  readonly #asking = new Map<string, Promise<boolean>>();

  /** `slowMs`: how long a write may take before its replicas are asked. */
  constructor(tools: LivenessTools, slowMs: number) {
    this.#tools = tools;
    this.#slowMs = slowMs;
  }

  /** Those of `replicas` that failed a moment ago and still do not answer; asks nobody when none of them failed. */
  async stillAway(replicas: readonly Replica[]): Promise<Replica[]> {
    const suspects = replicas.filter(({ node }) => this.#tools.health.isSuspect(node));
    return suspects.length === 0 ? [] : await this.hanging(suspects);
  }

  /** Those of `replicas` that do not answer. */
  async hanging(replicas: readonly Replica[]): Promise<Replica[]> {
    const alive = await Promise.all(replicas.map((replica) => this.#isAlive(replica)));
    return replicas.filter((_, index) => !alive[index]);
  }

  /** Until disposed, asks `replicas` now and then, and calls `onHanging` once when some do not answer. */
  watch(replicas: readonly Replica[], onHanging: (hanging: Replica[]) => void): Disposable {
    const { clock } = this.#tools;
    let timer: Disposable | undefined;
    let isOver = false;
    const look = async () => {
      const hanging = await this.hanging(replicas);
      if (isOver) return;
      if (hanging.length > 0) onHanging(hanging);
      else arm();
    };
    const arm = () => {
      timer = clock.setTimer(this.#slowMs, () => void look());
    };
    arm();
    return {
      [Symbol.dispose]: () => {
        isOver = true;
        timer?.[Symbol.dispose]();
      },
    };
  }

  #isAlive(replica: Replica): Promise<boolean> {
    const known = this.#asking.get(replica.address);
    if (known) return known;
    const asked = this.#ask(replica).finally(() => this.#asking.delete(replica.address));
    this.#asking.set(replica.address, asked);
    return asked;
  }

  async #ask(replica: Replica): Promise<boolean> {
    const { connection, health } = this.#tools;
    try {
      await connection.probe(replica);
      health.recovered(replica.node);
      return true;
    } catch {
      // However it failed, there was no answer: that is all that was asked.
      health.failed(replica.node);
      return false;
    }
  }
}
