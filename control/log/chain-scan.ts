/**
 * Walks the log on disk from its first entry to its last and checks all of it: every checksum, every height, every hash.
 * Used to open a log and to verify one.
 */
import { join } from 'node:path';
import type { Disk, DiskFile } from '../../common/disk/index.ts';
import { decodeEntryHead, type EntryHead, hashOf, NO_HASH } from './entry-codec.ts';
import { LogCorrupt } from './log-corrupt.ts';
import { readLogFloor } from './log-floor.ts';
import { RecordReader } from './record-reader.ts';
import { Segment } from './segment.ts';
import { decodeSegmentHeader, heightOfSegmentName, SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts';
import { measureTornTail } from './torn-tail.ts';

export interface Head {
  height: number;
  time: number;
  hash: Uint8Array;
}

export interface TornTail {
  path: string;
  offset: number;
  bytes: number;
  problem: string;
}

export interface ChainScan {
  segments: Segment[];
  head: Head;
  /** What a power cut left of an entry that was never acknowledged. */
  tornTail: TornTail | undefined;
}

export interface ChainScanOptions {
  disk: Disk;
  folder: string;
  /** Entries up to this height were durable for certain: a broken one among them is damage. */
  durableHeight?: number;
  /** Stops behind this height; for a log that is being written to. */
  upTo?: number;
  /** Called with every entry, whose bytes are valid until it returns or resolves. */
  onEntry?: (head: EntryHead, payload: Buffer) => void | Promise<void>;
}

/** @throws LogCorrupt at the first thing that is not as it was written. */
export async function scanChain(options: ChainScanOptions): Promise<ChainScan> {
  const { disk, folder, upTo = Number.POSITIVE_INFINITY } = options;
  const floor = await readLogFloor(disk, folder);
  const heights = await segmentHeights(disk, folder);
  const scan: ChainScan = {
    segments: [],
    head: { height: floor.firstHeight - 1, time: 0, hash: floor.prev },
    tornTail: undefined,
  };
  const first = heights[0];
  if (first === undefined && floor.firstHeight > 1) {
    throw new LogCorrupt(join(folder, segmentName(floor.firstHeight)), 0, 'the segment is missing');
  }
  if (first !== undefined && first < floor.firstHeight) {
    // Segments that a crash kept from being dropped: they still carry the chain, from their own beginning.
    scan.head = { height: first - 1, time: 0, hash: NO_HASH };
  }
  for (const [place, height] of heights.entries()) {
    if (height > upTo) break;
    const isLast = place === heights.length - 1;
    await scanSegment(options, scan, join(folder, segmentName(height)), height, isLast);
  }
  if (scan.head.height < Math.min(options.durableHeight ?? 0, upTo)) throw missingEnd(options, scan);
  return scan;
}

async function segmentHeights(disk: Disk, folder: string): Promise<number[]> {
  const heights = (await disk.list(folder)).map(({ name }) => heightOfSegmentName(name));
  return heights.filter((height) => height !== undefined).sort((a, b) => a - b);
}

async function scanSegment(
  options: ChainScanOptions,
  scan: ChainScan,
  path: string,
  height: number,
  isLast: boolean,
): Promise<void> {
  await using file = await options.disk.open(path, 'read');
  const segment = await readSegmentHeader(file, height, scan);
  scan.segments.push(segment);
  const size = await file.size();
  const reader = new RecordReader(file, segment.header.salt, SEGMENT_HEADER_BYTES, size);
  const upTo = options.upTo ?? Number.POSITIVE_INFINITY;
  while (scan.head.height < upTo) {
    const record = await reader.next();
    if (record.kind === 'record') {
      const head = checkedHead(path, record.offset, record.payload, scan.head);
      segment.add(head.height, head.time, record.end);
      scan.head = { height: head.height, time: head.time, hash: Uint8Array.from(head.hash) };
      await options.onEntry?.(head, record.payload);
      continue;
    }
    if (record.kind === 'end' && record.offset === size) return;
    const problem = record.kind === 'broken' ? record.problem : 'there are zeros in place of a record';
    if (!isLast || scan.head.height < (options.durableHeight ?? 0)) throw new LogCorrupt(path, record.offset, problem);
    const tail = await measureTornTail(file, record.offset, segment.header.salt);
    if ('problem' in tail) throw new LogCorrupt(path, tail.offset, `${problem}, and ${tail.problem}`);
    if (tail.tornBytes > 0) scan.tornTail = { path, offset: record.offset, bytes: tail.tornBytes, problem };
    return;
  }
}

async function readSegmentHeader(file: DiskFile, height: number, scan: ChainScan): Promise<Segment> {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  const header = decodeSegmentHeader(bytes.subarray(0, await file.read(bytes, 0)));
  const { path } = file;
  if (typeof header === 'string') throw new LogCorrupt(path, 0, header);
  if (header.firstHeight !== height) {
    throw new LogCorrupt(
      path,
      0,
      `its name says that it begins at entry ${height}, its header at ${header.firstHeight}`,
    );
  }
  const before = scan.segments.at(-1);
  if (height !== scan.head.height + 1) {
    const missing = `entries ${scan.head.height + 1} to ${height - 1} are missing, the segment before this one with them`;
    throw new LogCorrupt(path, 0, missing);
  }
  // The hash before the first entry there is cannot be known otherwise when segments below the floor are still there.
  if (!before && isUnknown(scan.head, height)) scan.head = { ...scan.head, hash: header.prev };
  if (!Buffer.from(header.prev).equals(scan.head.hash)) {
    throw new LogCorrupt(path, 0, 'it does not continue the segment before it: the hash chain is broken');
  }
  if (before && !Buffer.from(before.header.logId).equals(header.logId)) {
    throw new LogCorrupt(path, 0, 'it belongs to another log');
  }
  return new Segment(path, header, SEGMENT_HEADER_BYTES);
}

function isUnknown(head: Head, height: number): boolean {
  return height > 1 && head.hash === NO_HASH;
}

function checkedHead(path: string, offset: number, payload: Buffer, before: Head): EntryHead {
  const head = decodeEntryHead(payload);
  if (!head) throw new LogCorrupt(path, offset, 'the record holds no entry');
  if (head.height !== before.height + 1) {
    throw new LogCorrupt(path, offset, `entry ${before.height + 1} belongs here, not entry ${head.height}`);
  }
  if (!Buffer.from(before.hash).equals(head.prev)) {
    throw new LogCorrupt(
      path,
      offset,
      `entry ${head.height} does not continue the one before it: the hash chain is broken`,
    );
  }
  if (!Buffer.from(head.hash).equals(hashOf(payload))) {
    throw new LogCorrupt(path, offset, `entry ${head.height} is not what its hash says: it was changed`);
  }
  if (head.time < before.time)
    throw new LogCorrupt(path, offset, `entry ${head.height} is older than the one before it`);
  return head;
}

function missingEnd(options: ChainScanOptions, scan: ChainScan): LogCorrupt {
  const last = scan.segments.at(-1);
  return new LogCorrupt(
    last?.path ?? options.folder,
    last?.end ?? 0,
    `the log ends at entry ${scan.head.height}, but entry ${options.durableHeight} was applied: the end of the log is missing`,
  );
}
