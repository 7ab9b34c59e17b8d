/** What the store knows of one replica. Only the store and what it hands the chunk to change it. */
import type { ChunkReport } from '../../common/filesystem/index.ts';
import { BlockHeaders } from '../format/block-headers.ts';
import { type ChunkKind, type ChunkName, formatChunkName } from './chunk-name.ts';
import { WrittenRanges } from './written-ranges.ts';

export type ChunkState = ChunkReport['state'];

export class Chunk {
  readonly id: string;
  readonly kind: ChunkKind;
  readonly headers: BlockHeaders;
  /** Payload written by this process, of a chunk of its own. */
  readonly written = new WrittenRanges();
  version: number;
  state: ChunkState;
  /** Bytes of the file that are whole, from its beginning. */
  length: number;
  /** Where an append that is being written now will end; else `length`. */
  appendEnd: number;
  /** Why it takes no more writes; undefined while it does. Never goes back. */
  closed: string | undefined;
  /** A write or a sync of it failed: what lies beyond `length` is unknown. */
  isSuspect = false;
  /** Whether the file's name would survive a power cut. */
  isNameDurable: boolean;
  /** Requests that write to it now. */
  writers = 0;
  /** Its sealing, removal and completion happen one after the other. */
  turn: Promise<unknown> = Promise.resolve();

  constructor(
    name: ChunkName,
    state: ChunkState,
    length: number,
    options: { closed?: string; isNameDurable: boolean },
  ) {
    this.id = name.id;
    this.kind = name.kind;
    this.version = name.version;
    this.state = state;
    this.length = length;
    this.appendEnd = length;
    this.headers = new BlockHeaders(name.id);
    this.closed = options.closed;
    this.isNameDurable = options.isNameDurable;
  }

  get fileName(): string {
    return formatChunkName(this);
  }

  get report(): ChunkReport {
    return { chunk: this.id, version: this.version, length: this.length, state: this.state };
  }

  /** The first reason stays. */
  close(reason: string): void {
    this.closed ??= reason;
  }
}
