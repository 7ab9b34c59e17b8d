/** Opens the log of one node: checks the whole chain, cuts a torn tail, brings every view up to the last entry. */
import type { Disk } from '../../common/disk/index.ts';
import { InternalError } from '../../common/errors/index.ts';
import { type Random, systemRandom } from '../../common/ids/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { type ChainScan, scanChain } from './chain-scan.ts';
import type { View } from './command-log.ts';
import { readDurableHeight, writeDurableHeight } from './durable-height.ts';
import { readForwards } from './entry-reader.ts';
import { LocalLog, type LocalLogOptions } from './local-log.ts';
import { LogCorrupt } from './log-corrupt.ts';
import type { Segment } from './segment.ts';
import { LOG_ID_BYTES } from './segment-header.ts';
import { SegmentWriter } from './segment-writer.ts';
import { listSnapshots, restoreSnapshot, type Snapshot } from './snapshots.ts';

const SEGMENT_BYTES = 64 * 2 ** 20;

export interface OpenLocalLogOptions extends Omit<LocalLogOptions, 'snapshotsFolder'> {
  /** `<folder>/snapshots` by default. */
  snapshotsFolder?: string;
  /** A segment that has reached this size is followed by a new one; 64 MiB by default. */
  segmentBytes?: number;
  /** Zeros that the last segment's file is made longer by, and how many of them must always be left. */
  aheadBytes?: number;
  reserveBytes?: number;
  random?: Random;
}

/**
 * @throws LogCorrupt when anything but a torn tail is wrong; it is never repaired.
 * @throws InternalError `unknown-command` when an entry to be replayed was written by a newer version.
 */
export async function openLocalLog(options: OpenLocalLogOptions): Promise<LocalLog> {
  const { disk, folder, views, logger } = options;
  const snapshotsFolder = options.snapshotsFolder ?? `${folder}/snapshots`;
  await disk.makeFolder(folder);
  const snapshots = await listSnapshots(disk, snapshotsFolder);
  const applied = views.map((view) => view.appliedHeight());
  const noted = await readDurableHeight(disk, folder);
  const durableHeight = Math.max(noted, ...applied, ...snapshots.map((snapshot) => snapshot.height));
  const scan = await scanChain({ disk, folder, durableHeight });
  if (scan.tornTail) {
    const { path: file, offset, bytes, problem } = scan.tornTail;
    logger.warn({ file, offset, bytes, problem, height: scan.head.height }, 'the torn tail of the log was cut');
  }
  const writer = await openWriter(options, scan);
  try {
    for (const view of views) await restoreIfBehind(options, view, scan, snapshots);
    await replay(options, scan);
    if (scan.head.height > noted) await writeDurableHeight(disk, folder, scan.head.height, logger);
    return new LocalLog({ ...options, snapshotsFolder }, { segments: scan.segments, writer, head: scan.head });
  } catch (error) {
    await writer[Symbol.asyncDispose]();
    throw error;
  }
}

async function openWriter(options: OpenLocalLogOptions, scan: ChainScan): Promise<SegmentWriter> {
  const { disk, folder, aheadBytes, reserveBytes, logger } = options;
  const settings = {
    disk,
    folder,
    segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
    ...(aheadBytes !== undefined && { aheadBytes }),
    ...(reserveBytes !== undefined && { reserveBytes }),
    onReserveInUse: (error: unknown) => logger.warn({ err: error }, 'the disk is full: the log uses its reserve'),
  };
  const last = scan.segments.at(-1);
  if (last) return SegmentWriter.resume(settings, last, scan.tornTail?.bytes ?? 0);
  const logId = (options.random ?? systemRandom).bytes(LOG_ID_BYTES);
  const writer = await SegmentWriter.create(settings, { logId, firstHeight: 1, prev: scan.head.hash });
  scan.segments.push(writer.segment);
  return writer;
}

/** A view that was thrown away, or that is older than the oldest entry, starts from its newest snapshot. */
async function restoreIfBehind(
  { disk, folder, logger }: { disk: Disk; folder: string; logger: Logger },
  view: View,
  scan: ChainScan,
  snapshots: readonly Snapshot[],
): Promise<void> {
  const before = (scan.segments[0]?.firstHeight ?? 1) - 1;
  const own = snapshots.filter((snapshot) => snapshot.view === view.name && snapshot.height >= before);
  const height = view.appliedHeight();
  const misses = height < before && !own.some((snapshot) => snapshot.viewHeight <= height);
  const newest = own[0];
  if (!misses && (height > 0 || !newest)) return;
  if (!newest) {
    const needs = `the ${view.name} view needs the entries from ${height + 1} on, but the log begins at ${before + 1} and there is no snapshot`;
    throw new LogCorrupt(scan.segments[0]?.path ?? folder, 0, needs);
  }
  await assertOfThisLog(disk, scan.segments, newest);
  await restoreSnapshot(disk, view, newest);
  logger.info({ view: view.name, height: newest.height, folder: newest.folder }, 'the view was restored');
}

async function assertOfThisLog(disk: Disk, segments: readonly Segment[], snapshot: Snapshot): Promise<void> {
  if (snapshot.height < (segments[0]?.firstHeight ?? 1)) return;
  for await (const { hash } of readForwards(disk, segments, snapshot.height, snapshot.height)) {
    if (Buffer.from(hash).toString('hex') === snapshot.hash) return;
    throw new LogCorrupt(snapshot.folder, 0, `the snapshot does not belong to entry ${snapshot.height} of this log`);
  }
}

async function replay(options: OpenLocalLogOptions, scan: ChainScan): Promise<void> {
  const { disk, views, logger } = options;
  const applied = views.map((view) => view.appliedHeight());
  const first = Math.max(Math.min(...applied, scan.head.height) + 1, scan.segments[0]?.firstHeight ?? 1);
  if (first > scan.head.height) return;
  logger.info({ from: first, to: scan.head.height }, 'replaying the log');
  for await (const { height, commands } of readForwards(disk, scan.segments, first, scan.head.height)) {
    const stranger = commands.find(({ type }) => !views.some((view) => view.handles(type)));
    if (stranger) {
      throw new InternalError(
        `entry ${height} of the log holds a command '${stranger.type}', which this version does not know: it was written by a newer version. Start that version again.`,
        { code: 'unknown-command' },
      );
    }
    for (const view of views) {
      const own = commands.filter(({ type }) => views.find((candidate) => candidate.handles(type)) === view);
      if (own.length > 0 && height > view.appliedHeight()) await view.apply(height, own);
    }
  }
}
