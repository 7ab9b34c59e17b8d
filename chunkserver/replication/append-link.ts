/** A group of appended records, sent to one other chunkserver. */
import { BadGateway } from '../../common/errors/index.ts';
import {
  REPLICATE_PATH,
  type Replica,
  type ReplicateCall,
  type Vote,
  writeAnswer,
} from '../../common/filesystem/index.ts';
import type { InternalClient } from '../../common/internal/index.ts';

export interface ReplicatedGroup extends Omit<ReplicateCall, 'chain'> {
  /** The records, framed. */
  body: readonly Uint8Array[];
  requestId: string;
}

export class AppendLink {
  readonly #client: Pick<InternalClient, 'call'>;
  readonly #answerTimeoutMs: number;

  /** `answerTimeoutMs`: how long each replica may take. */
  constructor(client: Pick<InternalClient, 'call'>, answerTimeoutMs: number) {
    this.#client = client;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /** The votes of `next` and of those behind it. @throws AppError when `next` cannot be reached, refuses or hangs. */
  async send(next: Replica, behind: readonly Replica[], group: ReplicatedGroup): Promise<Vote[]> {
    const { chunk, version, offset, body, requestId } = group;
    const call: ReplicateCall = { chunk, version, offset, chain: [...behind] };
    const target = { address: next.address, role: 'chunkserver' as const };
    // Each replica waits so long for those behind it: the one in front must be more patient.
    const timeoutMs = this.#answerTimeoutMs * (1 + behind.length);
    const answer = writeAnswer.safeParse(
      await this.#client.call(target, REPLICATE_PATH, call, { body, requestId, timeoutMs }),
    );
    if (!answer.success || answer.data.votes[0]?.node !== next.node) {
      throw new BadGateway(`${next.node} did not answer with its vote.`, { cause: answer.error });
    }
    return answer.data.votes;
  }
}
