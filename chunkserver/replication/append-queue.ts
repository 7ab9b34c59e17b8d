/**
 * Appends to one shared chunk, by its primary: one group at a time, which takes all that waited. A group is one vectored
 * write and one fdatasync here, and one write to the rest of the chain meanwhile (GFS §3.3, with group commit).
 */
import type { Clock } from '../../common/clock/index.ts';
import { Conflict } from '../../common/errors/index.ts';
import {
  APPEND_PAYLOAD_BYTES,
  APPEND_RECORDS,
  type AppendAnswer,
  type AppendRecord,
  CHUNK_FILE_BYTES,
  encodeAppendBody,
  physicalLength,
  type Replica,
  type Vote,
} from '../../common/filesystem/index.ts';
import { RecordBlocks } from '../format/record-blocks.ts';
import type { Chunk } from '../store/chunk.ts';
import { checkVersion } from '../store/chunk-store.ts';

export interface Append {
  records: AppendRecord[];
  /** The records as they came, framed. */
  body: Uint8Array;
  version: number;
  /** Until when (ms since the epoch) we may append. */
  leaseUntilMs: number;
  chain: Replica[];
  requestId: string;
}

/** What a group is carried out with. */
export interface GroupWriter {
  clock: Clock;
  /** Writes and syncs here. Never throws: a failure is a vote. */
  store(chunk: Chunk, blocks: RecordBlocks): Promise<Vote>;
  /** Writes `body`, which frames the group's records, to the rest of the chain, whose file must end at `offset`. */
  replicate(chunk: Chunk, first: Append, offset: number, body: readonly Uint8Array[]): Promise<Vote[]>;
  /** Told how many records went together. */
  observeGroup(records: number): void;
}

interface Waiting {
  append: Append;
  resolve: (answer: AppendAnswer) => void;
  reject: (error: unknown) => void;
}

export class AppendQueue {
  readonly #chunk: Chunk;
  readonly #writer: GroupWriter;
  #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(chunk: Chunk, writer: GroupWriter) {
    this.#chunk = chunk;
    this.#writer = writer;
  }

  /** @throws Conflict `chunk-closed`, `lease-expired`, `version-mismatch`. Bounded by the budget of writes. */
  append(append: Append): Promise<AppendAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendAnswer>();
    this.#waiting.push({ append, resolve, reject });
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  /** Supervises itself: what fails is told to those who wait in the group. */
  async #run(): Promise<void> {
    this.#isRunning = true;
    // Those who arrive in the same turn of the event loop share the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      if (group.length === 0) continue;
      try {
        await this.#write(group);
      } catch (error) {
        this.#chunk.close(`an append failed: ${(error as Error).message}`);
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.#isRunning = false;
  }

  /** As many as fit into one write, in their order; those that may not be appended are refused. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let records = 0;
    let bytes = 0;
    let end = this.#chunk.length;
    while (this.#waiting[0]) {
      const { append } = this.#waiting[0];
      const more = append.records.reduce((sum, { payload }) => sum + payload.byteLength, 0);
      const blocksEnd = append.records.reduce((at, { payload }) => at + physicalLength(payload.byteLength), end);
      const isFull = records + append.records.length > APPEND_RECORDS || bytes + more > APPEND_PAYLOAD_BYTES;
      if (group.length > 0 && isFull) break;
      const next = this.#waiting.shift();
      if (!next) break;
      const refusal = this.#refusal(append, blocksEnd);
      if (refusal) {
        next.reject(refusal);
        continue;
      }
      group.push(next);
      records += append.records.length;
      bytes += more;
      end = blocksEnd;
    }
    return group;
  }

  #refusal(append: Append, end: number): unknown {
    const chunk = this.#chunk;
    try {
      checkVersion(chunk, append.version);
    } catch (error) {
      return error;
    }
    if (end > CHUNK_FILE_BYTES) chunk.close('it is full');
    if (chunk.closed !== undefined) {
      return new Conflict(`${chunk.id} takes no more appends here: ${chunk.closed}.`, { code: 'chunk-closed' });
    }
    if (this.#writer.clock.now() >= append.leaseUntilMs) {
      return new Conflict(`The lease on ${chunk.id} has expired.`, { code: 'lease-expired' });
    }
    return undefined;
  }

  async #write(group: Waiting[]): Promise<void> {
    const chunk = this.#chunk;
    const start = chunk.length;
    const records = group.flatMap(({ append }) => append.records);
    const blocks = new RecordBlocks(chunk.headers, start);
    const offsets = records.map(({ payload, crc32c }) => {
      const offset = blocks.end;
      blocks.pushRecord(payload, crc32c);
      return offset;
    });
    const [first] = group;
    if (!first) return;
    this.#writer.observeGroup(records.length);
    const body = group.length === 1 ? [first.append.body] : encodeAppendBody(records);
    const [own, others] = await Promise.all([
      this.#writer.store(chunk, blocks),
      this.#writer.replicate(chunk, first.append, start, body),
    ]);
    const lost = [own, ...others].find((vote) => !vote.ok);
    if (lost && !lost.ok) chunk.close(`${lost.node} failed (${lost.code})`);
    let taken = 0;
    for (const { append, resolve } of group) {
      resolve({ votes: [own, ...others], offsets: offsets.slice(taken, taken + append.records.length) });
      taken += append.records.length;
    }
  }
}
