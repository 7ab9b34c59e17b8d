/** Carries out appends: as primary through the queue of its chunk, as secondary at the offset that the primary gave. */
import type { Clock } from '../../common/clock/index.ts';
import { Conflict } from '../../common/errors/index.ts';
import { type AppendAnswer, CHUNK_FILE_BYTES, type Vote } from '../../common/filesystem/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { RecordBlocks } from '../format/record-blocks.ts';
import type { Chunk } from '../store/chunk.ts';
import { type ChunkStore, checkVersion } from '../store/chunk-store.ts';
import type { AppendLink } from './append-link.ts';
import { type Append, AppendQueue, type GroupWriter } from './append-queue.ts';
import type { ChainForwarder, ChainWrite } from './chain-forwarder.ts';
import { failedVote } from './own-vote.ts';

/**
 * Groups up to this size go to all others at once, larger ones down the chain: what a chain saves is the bandwidth of the
 * first machine, and what it costs is the time of a hop.
 */
const FAN_OUT_BYTES = 256 * 1024;

export interface SharedAppendsOptions {
  store: ChunkStore;
  forwarder: ChainForwarder;
  link: AppendLink;
  clock: Clock;
  node: string;
  logger: Logger;
  observeGroup(records: number): void;
}

export class SharedAppends {
  readonly #options: SharedAppendsOptions;
  readonly #queues = new WeakMap<Chunk, AppendQueue>();
  readonly #writer: GroupWriter;

  constructor(options: SharedAppendsOptions) {
    this.#options = options;
    this.#writer = {
      clock: options.clock,
      store: (chunk, blocks) => this.#store(chunk, blocks),
      replicate: (chunk, first, offset, body) => this.#replicate(chunk, first, offset, body),
      observeGroup: options.observeGroup,
    };
  }

  /** As primary. @throws Conflict `chunk-closed`, `lease-expired`, `version-mismatch`. */
  async append(chunk: Chunk, append: Append): Promise<AppendAnswer> {
    const queue = this.#queues.get(chunk) ?? new AppendQueue(chunk, this.#writer);
    this.#queues.set(chunk, queue);
    return await queue.append(append);
  }

  /** As secondary: a group at exactly our own length, or our vote is a refusal and no one behind us is asked. */
  async replicate(chunk: Chunk, group: Omit<Append, 'leaseUntilMs'>, offset: number): Promise<Vote[]> {
    const { node } = this.#options;
    const blocks = new RecordBlocks(chunk.headers, offset);
    for (const { payload, crc32c } of group.records) blocks.pushRecord(payload, crc32c);
    const forwarding = this.#replicate(chunk, group, offset, [group.body]);
    const refusal = refusalOf(chunk, group.version, offset, blocks.end);
    const storing = refusal ? Promise.resolve(failedVote(node, refusal)) : this.#store(chunk, blocks);
    const [own, others] = await Promise.all([storing, forwarding]);
    return [own, ...others];
  }

  async #store(chunk: Chunk, blocks: RecordBlocks): Promise<Vote> {
    const { store, node, logger } = this.#options;
    // Nobody else may take this place meanwhile: a second group at the same offset is told that there is a gap.
    const start = chunk.length;
    chunk.appendEnd = blocks.end;
    try {
      await store.write(chunk, blocks.vector, start);
      await store.sync(chunk);
      store.extend(chunk, blocks.end);
      return { node, ok: true, length: chunk.length, durable: true };
    } catch (error) {
      logger.warn({ err: error, chunk: chunk.id }, 'append not written');
      return failedVote(node, error);
    }
  }

  async #replicate(
    chunk: Chunk,
    { version, chain, requestId }: Pick<Append, 'version' | 'chain' | 'requestId'>,
    offset: number,
    body: readonly Uint8Array[],
  ): Promise<Vote[]> {
    if (chain.length === 0) return [];
    const { forwarder, link } = this.#options;
    const group = { chunk: chunk.id, version, offset, body, requestId };
    const write: ChainWrite = {
      requestId,
      failure: undefined,
      sendTo: (next, behind) => link.send(next, behind, group),
    };
    const bytes = body.reduce((sum, piece) => sum + piece.byteLength, 0);
    const branches = bytes <= FAN_OUT_BYTES ? chain.map((replica) => [replica]) : [chain];
    return (await Promise.all(branches.map((branch) => forwarder.forward(branch, new Map(), write)))).flat();
  }
}

function refusalOf(chunk: Chunk, version: number, offset: number, end: number): Error | undefined {
  try {
    checkVersion(chunk, version);
  } catch (error) {
    return error as Error;
  }
  if (chunk.closed !== undefined) {
    return new Conflict(`${chunk.id} takes no more appends here: ${chunk.closed}.`, { code: 'chunk-closed' });
  }
  if (chunk.length !== offset || chunk.appendEnd !== offset || end > CHUNK_FILE_BYTES) {
    return new Conflict(`The replica of ${chunk.id} ends at ${chunk.length}, not at ${offset}.`, { code: 'gap' });
  }
  return undefined;
}
