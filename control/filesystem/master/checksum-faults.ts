/** Wrong checksums that were found in replicas, by whoever found them, since this control started. */
import type { Logger } from '../../../common/logging/index.ts';
import { Counter, type Registry } from '../../../common/metrics/index.ts';

export interface ChecksumFault {
  chunk: string;
  /** Whose replica it is. */
  node: string;
  /** Where in the chunk's file, when the finder knows. */
  offset?: number;
  detail: string;
  foundBy: 'chunkserver' | 'gateway';
}

export class ChecksumFaults {
  readonly #logger: Logger;
  readonly #counter: Counter;
  #count = 0;

  constructor(logger: Logger, registry: Registry) {
    this.#logger = logger;
    this.#counter = new Counter({
      name: 'bramble_filesystem_checksum_faults_total',
      help: 'Wrong checksums that chunkservers and gateways found in replicas',
      labelNames: ['found_by'],
      registers: [registry],
    });
  }

  get count(): number {
    return this.#count;
  }

  note(fault: ChecksumFault): void {
    this.#count += 1;
    this.#counter.inc({ found_by: fault.foundBy });
    this.#logger.warn(fault, 'a replica has a wrong checksum');
  }
}
