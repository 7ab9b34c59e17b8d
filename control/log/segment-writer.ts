/**
 * Writes the last segment. The file is made longer by zeros ahead of what is written (fdatasync of bytes inside a file
 * is twice as fast as of bytes that make it longer), which is a reserve at the same time: when the disk is full, the log
 * goes on for at least RESERVE_BYTES.
 */
import { dirname, join } from 'node:path';
import type { Disk, DiskFile } from '../../common/disk/index.ts';
import { InsufficientStorage } from '../../common/errors/index.ts';
import { Segment } from './segment.ts';
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader, segmentName } from './segment-header.ts';

const AHEAD_BYTES = 4 * 2 ** 20;
const RESERVE_BYTES = 2 ** 20;

export interface SegmentWriterOptions {
  disk: Disk;
  folder: string;
  /** A segment that has reached this size is followed by a new one. */
  segmentBytes: number;
  aheadBytes?: number;
  reserveBytes?: number;
  onReserveInUse?: (error: unknown) => void;
}

export class SegmentWriter implements AsyncDisposable {
  readonly #options: SegmentWriterOptions;
  readonly #aheadBytes: number;
  readonly #reserveBytes: number;
  #file: DiskFile;
  #segment: Segment;
  /** The file's length: zeros from the segment's end up to here. */
  #size: number;

  private constructor(options: SegmentWriterOptions, file: DiskFile, segment: Segment, size: number) {
    this.#options = options;
    this.#aheadBytes = options.aheadBytes ?? AHEAD_BYTES;
    this.#reserveBytes = options.reserveBytes ?? RESERVE_BYTES;
    this.#file = file;
    this.#segment = segment;
    this.#size = size;
  }

  /** Makes the first segment of a log. */
  static async create(options: SegmentWriterOptions, header: Omit<SegmentHeader, 'salt'>): Promise<SegmentWriter> {
    const made = await prepareSegment(options, header, options.aheadBytes ?? AHEAD_BYTES);
    await publishSegment(options, made);
    return new SegmentWriter(options, made.file, made.segment, made.size);
  }

  /**
   * Goes on with the last segment, in the zeros that are there already: on a full disk nobody would give them back. Bytes
   * of a torn record become zeros. What was read may still be in the kernel's memory only, so all is synced.
   */
  static async resume(options: SegmentWriterOptions, segment: Segment, tornBytes: number): Promise<SegmentWriter> {
    const file = await options.disk.open(segment.path, 'write');
    if (tornBytes > 0) await writeZeros(file, segment.end, tornBytes);
    await file.sync();
    return new SegmentWriter(options, file, segment, await file.size());
  }

  get segment(): Segment {
    return this.#segment;
  }

  /** What the headers of the next records go on from. */
  get salt(): number {
    return this.#segment.header.salt;
  }

  /**
   * Makes room for a record: a new segment when this one is full, zeros ahead when they run out.
   * @returns the new segment when there is one.
   * @throws InsufficientStorage when the disk is full and the reserve used up; nothing has changed then.
   */
  async makeRoom(recordBytes: number, next: { height: number; prev: Uint8Array }): Promise<Segment | undefined> {
    const isNew = this.#segment.end >= this.#options.segmentBytes && (await this.#rollOver(next));
    if (this.#size - this.#segment.end < recordBytes + this.#reserveBytes) await this.#extend(recordBytes);
    return isNew ? this.#segment : undefined;
  }

  /**
   * Writes the record and makes it durable. Count it in with `segment.add` then.
   * @throws InsufficientStorage when the disk was full after all and the record was taken back whole; any other error
   *   leaves it unknown what is on the disk, and nothing more may be written.
   */
  async write(record: Buffer): Promise<void> {
    try {
      await this.#file.write([record], this.#segment.end);
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.#truncate(this.#segment.end);
      throw full(error);
    }
    this.#size = Math.max(this.#size, this.#segment.end + record.byteLength);
    await this.#file.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  async #extend(recordBytes: number): Promise<void> {
    const { end } = this.#segment;
    try {
      await writeZeros(this.#file, this.#size, recordBytes + this.#aheadBytes);
      this.#size += recordBytes + this.#aheadBytes;
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.#truncate(Math.max(this.#size, end));
      if (this.#size - end < recordBytes) throw full(error);
      this.#options.onReserveInUse?.(error);
    }
  }

  async #rollOver(next: { height: number; prev: Uint8Array }): Promise<boolean> {
    const header = { logId: this.#segment.header.logId, firstHeight: next.height, prev: next.prev };
    let made: PreparedSegment;
    try {
      made = await prepareSegment(this.#options, header, this.#aheadBytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#options.onReserveInUse?.(error);
      return false;
    }
    // A segment that is not the last one ends with its last record, so that a cut in it is never taken for its end.
    await this.#truncate(this.#segment.end);
    await this.#file.sync();
    await publishSegment(this.#options, made);
    await this.#file.close();
    this.#file = made.file;
    this.#segment = made.segment;
    this.#size = made.size;
    return true;
  }

  async #truncate(length: number): Promise<void> {
    await this.#file.truncate(length);
    this.#size = length;
  }
}

interface PreparedSegment {
  file: DiskFile;
  temporary: string;
  segment: Segment;
  size: number;
}

async function prepareSegment(
  { disk, folder }: SegmentWriterOptions,
  fields: Omit<SegmentHeader, 'salt'>,
  aheadBytes: number,
): Promise<PreparedSegment> {
  const { bytes, header } = encodeSegmentHeader(fields);
  const path = join(folder, segmentName(header.firstHeight));
  const temporary = `${path}.new`;
  await disk.remove(temporary);
  const file = await disk.open(temporary, 'create');
  try {
    await file.write([bytes], 0);
    await writeZeros(file, SEGMENT_HEADER_BYTES, aheadBytes);
    await file.sync();
  } catch (error) {
    await file.close();
    await disk.remove(temporary);
    throw error;
  }
  const segment = new Segment(path, header, SEGMENT_HEADER_BYTES);
  return { file, temporary, segment, size: SEGMENT_HEADER_BYTES + aheadBytes };
}

async function publishSegment({ disk }: SegmentWriterOptions, made: PreparedSegment): Promise<void> {
  await disk.rename(made.temporary, made.segment.path);
  await disk.syncFolder(dirname(made.segment.path));
}

async function writeZeros(file: DiskFile, position: number, count: number): Promise<void> {
  await file.write([Buffer.alloc(count)], position);
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function full(cause: unknown): InsufficientStorage {
  return new InsufficientStorage('The disk that holds the command log is full; free some space, then try again.', {
    code: 'log-disk-full',
    retryAfterSeconds: 10,
    cause,
  });
}
