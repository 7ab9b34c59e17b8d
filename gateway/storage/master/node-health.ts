/** Which nodes just failed this gateway. The master learns it too, but later than the next request. */
import type { Clock } from '../../../common/clock/index.ts';
import type { Replica } from '../../../common/filesystem/index.ts';

const MAX_NODES = 64;

export class NodeHealth {
  readonly #clock: Clock;
  readonly #suspicionMs: number;
  readonly #suspectUntilMs = new Map<string, number>();
  readonly #lastFailure = new Map<string, number>();
  #failures = 0;

  constructor(clock: Clock, suspicionMs: number) {
    this.#clock = clock;
    this.#suspicionMs = suspicionMs;
  }

  /** How many failures there were: what was chosen after the last one was chosen with all of them known. */
  get failures(): number {
    return this.#failures;
  }

  failed(node: string): void {
    this.#failures += 1;
    this.#lastFailure.set(node, this.#failures);
    this.#suspectUntilMs.delete(node);
    this.#suspectUntilMs.set(node, this.#clock.monotonic() + this.#suspicionMs);
    if (this.#suspectUntilMs.size <= MAX_NODES) return;
    const [oldest] = this.#suspectUntilMs.keys();
    if (oldest === undefined) return;
    this.#suspectUntilMs.delete(oldest);
    this.#lastFailure.delete(oldest);
  }

  /** It answers again; what was chosen before its failure stays out of date. */
  recovered(node: string): void {
    this.#suspectUntilMs.delete(node);
  }

  /** Whether the node failed after there had been so many failures: what is known of it since then may be out of date. */
  hasFailedSince(node: string, failuresKnown: number): boolean {
    return (this.#lastFailure.get(node) ?? 0) > failuresKnown;
  }

  isSuspect(node: string): boolean {
    const untilMs = this.#suspectUntilMs.get(node);
    return untilMs !== undefined && untilMs > this.#clock.monotonic();
  }

  suspects(): string[] {
    return [...this.#suspectUntilMs.keys()].filter((node) => this.isSuspect(node));
  }

  /** The replicas in the given order, those on suspect nodes last. */
  preferHealthy(replicas: readonly Replica[]): Replica[] {
    const isSuspect = (replica: Replica) => this.isSuspect(replica.node);
    return [...replicas.filter((replica) => !isSuspect(replica)), ...replicas.filter(isSuspect)];
  }
}
