/** Small records that are wanted of one chunkserver in the same turn of the event loop are asked for in one call. */
import { BadGateway, fromProblem, isProblem } from '../../../common/errors/index.ts';
import {
  type Extent,
  READ_PATH,
  READ_PAYLOAD_BYTES,
  READ_RECORDS,
  type ReadAnswer,
  type ReadCall,
  type Replica,
} from '../../../common/filesystem/index.ts';
import type { InternalClient } from '../../../common/internal/index.ts';

interface Wanted {
  record: ReadCall['records'][number];
  resolve(payload: Buffer): void;
  reject(error: unknown): void;
}

export class RecordReads {
  readonly #client: Pick<InternalClient, 'call'>;
  readonly #timeoutMs: number;
  readonly #soon: (task: () => void) => void;
  /** By address; emptied before each turn ends. */
  #wanted = new Map<string, Wanted[]>();

  /** `soon` runs its task after what is ready now has had its turn. */
  constructor(
    client: Pick<InternalClient, 'call'>,
    timeoutMs: number,
    soon: (task: () => void) => void = setImmediate,
  ) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    this.#soon = soon;
  }

  /**
   * The payload of a record of at most BATCHED_READ_BYTES, not yet checked against the object's checksum; a view of what
   * was received.
   * @throws AppError what the chunkserver said of this record, or what the call failed with.
   */
  read({ address }: Replica, { chunk, offset, length }: Extent): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#wanted.size === 0) this.#soon(() => this.#flush());
      const wanted = { record: { chunk, offset, length }, resolve, reject };
      const others = this.#wanted.get(address);
      if (others) others.push(wanted);
      else this.#wanted.set(address, [wanted]);
    });
  }

  #flush(): void {
    const all = this.#wanted;
    this.#wanted = new Map();
    for (const [address, wanted] of all) {
      for (const group of groupsOf(wanted)) void this.#ask(address, group);
    }
  }

  async #ask(address: string, group: readonly Wanted[]): Promise<void> {
    try {
      const call: ReadCall = { records: group.map(({ record }) => record) };
      const target = { address, role: 'chunkserver' } as const;
      const answers = await this.#client.call(target, READ_PATH, call, { timeoutMs: this.#timeoutMs });
      for (const [index, wanted] of group.entries()) settle(wanted, (answers as ReadAnswer)[index]);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

function settle({ record, resolve, reject }: Wanted, answer: ReadAnswer[number] | undefined): void {
  if (answer instanceof Uint8Array && answer.length === record.length) {
    resolve(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
  } else if (isProblem(answer)) reject(fromProblem(answer));
  else reject(new BadGateway(`A chunkserver did not answer with the record of ${record.chunk} that it was asked for.`));
}

/** As few calls as their limits allow. */
function groupsOf(wanted: readonly Wanted[]): Wanted[][] {
  const groups: Wanted[][] = [];
  let present: Wanted[] = [];
  let bytes = 0;
  for (const each of wanted) {
    if (present.length === READ_RECORDS || bytes + each.record.length > READ_PAYLOAD_BYTES) {
      groups.push(present);
      present = [];
      bytes = 0;
    }
    present.push(each);
    bytes += each.record.length;
  }
  groups.push(present);
  return groups;
}
