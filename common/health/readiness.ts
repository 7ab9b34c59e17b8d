/** What a process still waits for before it can serve. Ready when nothing is left. */
export class Readiness {
  #waitingFor = new Map<string, string>();

  /** `name` is not ready, for `reason` (shown to people). */
  waitFor(name: string, reason: string): void {
    this.#waitingFor.set(name, reason);
  }

  fulfil(name: string): void {
    this.#waitingFor.delete(name);
  }

  get isReady(): boolean {
    return this.#waitingFor.size === 0;
  }

  /** Reasons by name. */
  get waitingFor(): Record<string, string> {
    return Object.fromEntries(this.#waitingFor);
  }
}
