/** Damage found since the last heartbeat that was answered; a chunk counts once, and what is beyond the bound waits for its next reader. */
import type { Fault } from '../store/chunk-reader.ts';

const FAULT_LIMIT = 1024;

export class FaultLog {
  #faults = new Map<string, Fault>();

  add(fault: Fault): void {
    if (this.#faults.size < FAULT_LIMIT || this.#faults.has(fault.chunk)) this.#faults.set(fault.chunk, fault);
  }

  /** Takes what there is; to be given back with `restore` when the heartbeat was not answered. */
  take(): { faults: Fault[]; restore: () => void } {
    const faults = [...this.#faults.values()];
    this.#faults = new Map();
    return {
      faults,
      restore: () => {
        for (const fault of faults) this.add(fault);
      },
    };
  }
}
