/**
 * Reads one slice of an extent from the healthiest replica, and goes on at the exact byte with another one on any
 * failure. An extent read whole is checked against the object's own checksum: a small one before a byte of it goes out
 * (another replica is asked instead), a large one before its last piece does (the answer is cut, and never looks whole).
 */
import type { Readable } from 'node:stream';
import { crc32c } from '../../../common/checksum/index.ts';
import type { Clock } from '../../../common/clock/index.ts';
import { AppError, Unavailable } from '../../../common/errors/index.ts';
import { type Replica, SMALL_OBJECT_BYTES } from '../../../common/filesystem/index.ts';
import type { ChunkConnection } from '../chunks/chunk-connection.ts';
import type { Fault, FaultReporter } from '../master/fault-reporter.ts';
import type { NodeHealth } from '../master/node-health.ts';
import type { ExtentSlice } from './extent-slices.ts';
import { pump, type Sink } from './pump.ts';

export interface ReadTools {
  connection: Pick<ChunkConnection, 'read'>;
  health: NodeHealth;
  faults: Pick<FaultReporter, 'report'>;
  clock: Clock;
  stallMs: number;
}

/** A read that was begun ahead of its turn. */
export interface OpenedRead {
  replica: Replica;
  stream: Promise<Readable>;
}

/**
 * How often a replica whose stream broke off is asked to go on: it may have lost patience with a slow client, or have
 * met damage, which it can say only in place of an answer.
 */
const RESUMPTIONS = 4;

export class ExtentReader {
  readonly #tools: ReadTools;
  readonly #slice: ExtentSlice;
  readonly #sink: Sink;
  readonly #signal: AbortSignal;
  readonly #isWhole: boolean;
  #position: number;
  #crc32c = 0;
  #sources = new Set<string>();

  constructor(tools: ReadTools, slice: ExtentSlice, sink: Sink, signal: AbortSignal) {
    this.#tools = tools;
    this.#slice = slice;
    this.#sink = sink;
    this.#signal = signal;
    this.#position = slice.from;
    this.#isWhole = slice.from === 0 && slice.to === slice.extent.length;
  }

  /** The next byte of the extent that is wanted; `slice.to` when all is given out. */
  get position(): number {
    return this.#position;
  }

  /**
   * Reads on, trying each of `replicas` once after the last progress.
   * @throws Unavailable when none could give what is left; what the sink threw.
   */
  async readFrom(replicas: readonly Replica[], opened?: OpenedRead): Promise<void> {
    const left = this.#tools.health.preferHealthy(replicas);
    if (opened) moveToFront(left, opened.replica);
    let lastError: unknown;
    let ahead = opened;
    let resumptions = 0;
    while (this.#position < this.#slice.to) {
      const replica = left.shift();
      if (!replica) throw unreadable(this.#slice, replicas, lastError);
      const before = this.#position;
      try {
        const stream = ahead?.replica.node === replica.node ? ahead.stream : this.#open(replica);
        ahead = undefined;
        await this.#take(replica, await stream);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (error instanceof SinkFailure) throw error.cause;
        if (error instanceof CutShort) throw error;
        lastError = error;
        if (this.#position > before && resumptions < RESUMPTIONS) {
          resumptions += 1;
          left.unshift(replica);
        } else {
          this.#blame(replica, error);
        }
      }
    }
  }

  #open(replica: Replica): Promise<Readable> {
    return this.#tools.connection.read(replica, this.#slice.extent, this.#position, this.#slice.to, this.#signal);
  }

  async #take(replica: Replica, stream: Readable): Promise<void> {
    this.#sources.add(replica.node);
    if (this.#isWhole && this.#slice.extent.length <= SMALL_OBJECT_BYTES) await this.#takeSmall(stream);
    else await this.#takeStream(replica, stream);
    if (this.#position < this.#slice.to) throw new Unavailable(`${replica.node} sent fewer bytes than were asked for.`);
  }

  async #takeSmall(stream: Readable): Promise<void> {
    const { extent } = this.#slice;
    const pieces: Buffer[] = [];
    let length = 0;
    const collect: Sink = (piece) => {
      pieces.push(piece);
      length += piece.length;
      if (length > extent.length) throw new Corrupt('The replica sent more than the extent has.');
      return undefined;
    };
    await this.#pump(stream, collect);
    if (length < extent.length) return;
    const sum = pieces.reduce((before, piece) => crc32c(piece, before), 0);
    if (sum !== extent.crc32c) throw new Corrupt('The extent does not have the checksum it was stored with.');
    for (const piece of pieces) {
      this.#position += piece.length;
      await this.#give(piece);
    }
  }

  async #takeStream(replica: Replica, stream: Readable): Promise<void> {
    const { extent, to } = this.#slice;
    await this.#pump(stream, (piece) => {
      if (this.#position + piece.length > to) throw new Corrupt('The replica sent more than was asked for.');
      if (this.#isWhole) this.#crc32c = crc32c(piece, this.#crc32c);
      if (this.#isWhole && this.#position + piece.length === to && this.#crc32c !== extent.crc32c) {
        throw this.#cutShort(replica);
      }
      this.#position += piece.length;
      return this.#give(piece);
    });
  }

  #pump(stream: Readable, sink: Sink): Promise<void> {
    const { clock, stallMs } = this.#tools;
    return pump(stream, sink, { clock, stallMs, signal: this.#signal });
  }

  #give(piece: Buffer): Promise<void> | undefined {
    try {
      return this.#sink(piece)?.catch((error: unknown) => {
        throw new SinkFailure(error);
      });
    } catch (error) {
      throw new SinkFailure(error);
    }
  }

  /** All but the last piece has gone out already: only cutting the answer keeps it from being taken for whole. */
  #cutShort(replica: Replica): CutShort {
    // When several replicas gave a part of it, which one was wrong is for the scrubber to find.
    const [only] = this.#sources.size === 1 ? this.#sources : [];
    if (only !== undefined)
      this.#report(replica, 'corrupt', 'The extent does not have the checksum it was stored with.');
    return new CutShort(`Chunk ${this.#slice.extent.chunk} is not what was stored; the answer was cut.`);
  }

  #blame(replica: Replica, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof Corrupt) {
      this.#report(replica, 'corrupt', detail);
      return;
    }
    const code = error instanceof AppError ? error.code : '';
    if (code === 'not-found' || code === 'chunk-missing') this.#report(replica, 'missing', detail);
    else if (code.includes('corrupt') || code.includes('checksum')) this.#report(replica, 'corrupt', detail);
    else if (error instanceof AppError && error.status < 500) this.#report(replica, 'short', detail);
    else {
      this.#tools.health.failed(replica.node);
      this.#report(replica, 'unreachable', detail);
    }
  }

  #report(replica: Replica, kind: Fault['kind'], detail: string): void {
    this.#tools.faults.report({ chunk: this.#slice.extent.chunk, node: replica.node, kind, detail });
  }
}

class Corrupt extends Error {}
class CutShort extends Error {}
/** What the reader's own client failed with, told apart from what replicas fail with. */
class SinkFailure extends Error {
  constructor(cause: unknown) {
    super('The sink failed.', { cause });
  }
}

function moveToFront(replicas: Replica[], first: Replica): void {
  const at = replicas.findIndex((replica) => replica.node === first.node);
  if (at > 0) replicas.unshift(...replicas.splice(at, 1));
}

function unreadable(slice: ExtentSlice, replicas: readonly Replica[], cause: unknown): Unavailable {
  const reason =
    replicas.length === 0
      ? 'no chunkserver that is up has it'
      : `none of ${replicas.map((replica) => replica.node).join(', ')} could give it`;
  return new Unavailable(`Chunk ${slice.extent.chunk} cannot be read now: ${reason}; try again soon.`, {
    code: 'chunk-unavailable',
    ...(cause !== undefined && { cause }),
  });
}
