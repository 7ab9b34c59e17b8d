/**
 * The body of one PATCH (or of a creation with upload), added to the upload as it becomes durable: chunk by chunk, so
 * that a broken connection loses only what no quorum had yet. With a checksum it is added only once all of it is right.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../common/clock/index.ts';
import { AppError, TooLarge } from '../../../common/errors/index.ts';
import type { UploadState } from '../../../common/filesystem/index.ts';
import type { Asker, MasterClient } from '../master/master-client.ts';
import { isTransient, patiently } from '../master/patience.ts';
import { BodyReader } from '../write/body-reader.ts';
import { type ExtentWriterTools, type StoredRun, takeBody } from '../write/extent-writer.ts';
import type { SmallObjectAppender } from '../write/small-object-appender.ts';
import type { UploadChecksum } from './upload-checksum.ts';

export interface PartTools extends ExtentWriterTools {
  master: Pick<MasterClient, 'extendUpload' | 'inspectUpload'>;
  appender: Pick<SmallObjectAppender, 'append'>;
  clock: Clock;
  clientStallMs: number;
  patienceMs: number;
}

export interface Part {
  asker: Asker;
  body: Readable;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
  /** Content-Length, when announced. */
  length: number | undefined;
  checksum: UploadChecksum | undefined;
  onReceived(bytes: number): void;
  onStored(bytes: number): void;
}

const SEALED_RETRIES = 4;
const RETRY_ELSEWHERE = new Set(['chunk-sealed', 'chunk-condemned']);

/**
 * Answers the upload's state afterwards. The client's going away is no error here: what came is kept (RFC-like "best
 * effort" of tus § PATCH), hence it only ends the body: the write of what was received is bounded by the replicas' own deadlines.
 * @throws what the replicas or the master failed with, TooLarge past the upload's length, 460 for a wrong checksum.
 */
export async function receivePart(tools: PartTools, before: UploadState, part: Part): Promise<UploadState> {
  const left = before.size === null ? Number.POSITIVE_INFINITY : before.size - before.offset;
  if (part.length !== undefined && part.length > left) throw pastTheEnd(left);
  const { checksum } = part;
  using body = new BodyReader(part.body, {
    clock: tools.clock,
    expectedBytes: part.length,
    stallMs: tools.clientStallMs,
    toleratesCut: checksum === undefined,
    signal: part.signal,
    onProgress: (received) => {
      if (received > left) body.fail(pastTheEnd(left));
      part.onReceived(received);
    },
    ...(checksum && { onPiece: checksum.update }),
  });
  const progress = new UploadExtension(tools, part.asker, before);
  const signal = new AbortController().signal;
  const taken = await takeBody(tools, body, {
    signal,
    onStored: part.onStored,
    ...(!checksum && { onRun: (run) => progress.add([run]) }),
  });
  try {
    checksum?.verify();
    if ('small' in taken) await progress.addSmall(taken.small);
    else if (checksum) await progress.add(taken.runs);
  } finally {
    if ('runs' in taken) tools.renewer.letGo(taken.runs.map((run) => run.extent.chunk));
  }
  return progress.state;
}

/** Adds runs to the upload, one call behind the other. */
class UploadExtension {
  state: UploadState;
  readonly #tools: PartTools;
  readonly #asker: Asker;

  constructor(tools: PartTools, asker: Asker, state: UploadState) {
    this.#tools = tools;
    this.#asker = asker;
    this.state = state;
  }

  async addSmall(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    for (let attempt = 1; ; attempt += 1) {
      const run = await this.#tools.appender.append(bytes);
      try {
        await this.add([run]);
        return;
      } catch (error) {
        const goesElsewhere = error instanceof AppError && RETRY_ELSEWHERE.has(error.code);
        if (!goesElsewhere || attempt === SEALED_RETRIES) throw error;
      }
    }
  }

  /** A lost answer is cleared up by the upload's offset: it tells whether the runs are in. */
  async add(runs: readonly StoredRun[]): Promise<void> {
    const { upload, offset } = this.state;
    const extents = runs.map((run) => run.extent);
    const end = extents.reduce((sum, extent) => sum + extent.length, offset);
    const extension = { upload, offset, extents, chunks: runs.map((run) => run.written) };
    const deadlineMs = this.#tools.clock.monotonic() + this.#tools.patienceMs;
    let isRepeat = false;
    this.state = await patiently(this.#tools.clock, deadlineMs, async () => {
      if (isRepeat) {
        const now = await this.#tools.master.inspectUpload(this.#asker, upload);
        if (now.offset >= end) return now;
      }
      try {
        return await this.#tools.master.extendUpload(this.#asker, extension);
      } catch (error) {
        isRepeat = isTransient(error);
        throw error;
      }
    });
  }
}

function pastTheEnd(left: number): TooLarge {
  return new TooLarge(`Only ${left} bytes are missing from this upload.`, { code: 'past-upload-length' });
}
