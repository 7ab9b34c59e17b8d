/**
 * The log of one node. Commands that arrive while an entry is being made durable share the next one; while that one is
 * written, the views apply the one before. Nothing is answered before it is both durable and applied.
 */
import type { Clock } from '../../common/clock/index.ts';
import type { Disk } from '../../common/disk/index.ts';
import { Conflict, InsufficientStorage, NotFound, Unavailable, Unprocessable } from '../../common/errors/index.ts';
import { encodeCbor } from '../../common/internal/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import type { Registry } from '../../common/metrics/index.ts';
import { type AppendLimits, AppendQueue, DEFAULT_APPEND_LIMITS, type PendingCommand } from './append-queue.ts';
import { ApplyQueue } from './apply-queue.ts';
import type { Head } from './chain-scan.ts';
import type { Command } from './command.ts';
import type { CommandLog, Entry, View } from './command-log.ts';
import { writeDurableHeight } from './durable-height.ts';
import { decodeCommands, ENTRY_OVERHEAD_BYTES, encodeEntry } from './entry-codec.ts';
import { heightBelowTime, readBackwards, readForwards } from './entry-reader.ts';
import { writeLogFloor } from './log-floor.ts';
import { createLogMetrics, type LogMetrics } from './log-metrics.ts';
import { RecentEntries } from './recent-entries.ts';
import { RECORD_HEADER_BYTES, sealRecord } from './record.ts';
import type { Segment } from './segment.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { listSnapshots, pruneSnapshots, type Snapshot, writeSnapshot } from './snapshots.ts';
import { type LogVerification, verifyLog } from './verify-log.ts';

const KEPT_SNAPSHOTS = 2;

export interface LocalLogOptions {
  disk: Disk;
  clock: Clock;
  /** Of the segments; nobody else writes there. */
  folder: string;
  snapshotsFolder: string;
  views: readonly View[];
  logger: Logger;
  metrics: Registry;
  /** Takes a snapshot of every view after so many entries; without it only `snapshot()` does. */
  snapshotEveryEntries?: number;
  limits?: Partial<AppendLimits>;
}

/** What opening found on the disk. */
export interface OpenedChain {
  segments: Segment[];
  writer: SegmentWriter;
  head: Head;
}

export class LocalLog implements CommandLog {
  readonly #options: LocalLogOptions;
  readonly #segments: Segment[];
  readonly #writer: SegmentWriter;
  readonly #queues: ApplyQueue[];
  readonly #waiting: AppendQueue;
  readonly #metrics: LogMetrics;
  readonly #recent = new RecentEntries();
  readonly #viewOfType = new Map<string, number>();
  #head: Head;
  #writing: Promise<void> | undefined;
  #refusal: Unavailable | undefined;
  #followers: (() => void)[] = [];
  #isClosed = false;
  #snapshotting: Promise<Snapshot[]> | undefined;
  #snapshotHeight: number;

  constructor(options: LocalLogOptions, { segments, writer, head }: OpenedChain) {
    this.#options = options;
    this.#segments = segments;
    this.#writer = writer;
    this.#head = head;
    this.#snapshotHeight = head.height;
    this.#waiting = new AppendQueue({ ...DEFAULT_APPEND_LIMITS, ...options.limits });
    this.#metrics = createLogMetrics(options.metrics, () => this.#waiting.unanswered);
    this.#metrics.height.set(head.height);
    const { clock, logger } = options;
    this.#queues = options.views.map(
      (view) =>
        new ApplyQueue({
          view,
          clock,
          logger,
          onApplied: (commands) => this.#answered(commands),
          onFailed: (error) => this.#refuse('view-failed', `The ${view.name} view cannot take changes`, error),
        }),
    );
  }

  get height(): number {
    return this.#head.height;
  }

  /** Why no commands are taken any more, when that is so. */
  get failure(): Unavailable | undefined {
    return this.#refusal;
  }

  append<Value>(command: Command): Promise<{ height: number; value: Value }> {
    return new Promise((resolve, reject) => {
      if (this.#refusal) throw this.#refusal;
      const view = this.#viewFor(command.type);
      const encoded = encodeCbor(command);
      this.#waiting.assertRoomFor(encoded.byteLength);
      const answer = resolve as (answer: { height: number; value: unknown }) => void;
      this.#waiting.push({ encoded, view, resolve: answer, reject });
      this.#writing ??= this.#writeWaiting();
    });
  }

  async *read(from: number): AsyncGenerator<Entry, void, undefined> {
    yield* this.#range(from, this.height);
  }

  /**
   * The durable entries, newest first, from `from` (or the last) down to the oldest that is kept. With `beforeMs` it
   * begins near the last entry that is older than that, and may still give a few that are not.
   */
  readBackwards(from = this.height, beforeMs = Number.POSITIVE_INFINITY): AsyncGenerator<Entry, void, undefined> {
    const segments = [...this.#segments];
    return readBackwards(
      this.#options.disk,
      segments,
      Math.min(from, this.height, heightBelowTime(segments, beforeMs)),
    );
  }

  async *subscribe(from: number, signal: AbortSignal): AsyncGenerator<Entry, void, undefined> {
    for (let next = from; !signal.aborted && !this.#isClosed; ) {
      const applied = this.#appliedHeight();
      if (next > applied) {
        await this.#applied(signal);
        continue;
      }
      for await (const entry of this.#range(next, applied)) {
        if (signal.aborted) return;
        yield entry;
      }
      next = applied + 1;
    }
  }

  /** Walks the whole chain on the disk, up to the entry that is the last one now. */
  verify(): Promise<LogVerification> {
    const { disk, folder } = this.#options;
    return verifyLog({ disk, folder, upTo: this.height, durableHeight: this.height });
  }

  /** Writes a snapshot of every view, one after the other; each view stands still during its own. */
  snapshot(): Promise<Snapshot[]> {
    this.#snapshotting ??= this.#snapshotAll().finally(() => {
      this.#snapshotting = undefined;
    });
    return this.#snapshotting;
  }

  /**
   * Removes whole segments whose entries are all below `height`. The audit trail ends there from then on.
   * @throws Conflict when a view has no snapshot from which it could be rebuilt without them.
   * @returns how many segments were removed.
   */
  async dropSegmentsBefore(height: number): Promise<number> {
    const { disk, folder, snapshotsFolder, views } = this.#options;
    const kept = this.#segments.findIndex(
      (segment) => segment.lastHeight >= height || segment === this.#segments.at(-1),
    );
    const first = this.#segments[kept];
    if (kept <= 0 || !first) return 0;
    const snapshots = await listSnapshots(disk, snapshotsFolder);
    for (const { name } of views) {
      if (snapshots.some((snapshot) => snapshot.view === name && snapshot.height >= first.firstHeight - 1)) continue;
      throw new Conflict(
        `The ${name} view has no snapshot at or above entry ${first.firstHeight - 1}; take one first.`,
      );
    }
    await writeLogFloor(disk, folder, { firstHeight: first.firstHeight, prev: first.header.prev });
    const dropped = this.#segments.splice(0, kept);
    for (const segment of dropped) await disk.remove(segment.path);
    await disk.syncFolder(folder);
    return dropped.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#refusal ??= new Unavailable('Control is stopping; try again in a moment.', { code: 'stopping' });
    await this.#writing;
    for (const queue of this.#queues) await queue.drained();
    this.#isClosed = true;
    // Its errors are its caller's, or were logged.
    await this.#snapshotting?.catch(() => undefined);
    this.#wakeFollowers();
    await this.#writer[Symbol.asyncDispose]();
    const { disk, folder, logger } = this.#options;
    await writeDurableHeight(disk, folder, this.height, logger);
  }

  #viewFor(type: string): number {
    const known = this.#viewOfType.get(type);
    if (known !== undefined) return known;
    const view = this.#options.views.findIndex((candidate) => candidate.handles(type));
    if (view < 0) throw new Unprocessable(`No view knows the command '${type}'.`, { code: 'unknown-command' });
    this.#viewOfType.set(type, view);
    return view;
  }

  async #writeWaiting(): Promise<void> {
    // All that is appended in this turn of the event loop goes into the first entry.
    await Promise.resolve();
    while (!this.#waiting.isEmpty) {
      const batch = this.#waiting.takeBatch();
      try {
        await this.#writeEntry(batch);
      } catch (error) {
        this.#rejectBatch(batch, error);
      }
    }
    this.#writing = undefined;
  }

  async #writeEntry(batch: PendingCommand[]): Promise<void> {
    if (this.#refusal && this.#refusal.code !== 'stopping') throw this.#refusal;
    const { clock } = this.#options;
    const height = this.#head.height + 1;
    const prev = this.#head.hash;
    const bytes = batch.reduce(
      (sum, { encoded }) => sum + encoded.byteLength,
      RECORD_HEADER_BYTES + ENTRY_OVERHEAD_BYTES,
    );
    const segment = await this.#writer.makeRoom(bytes, { height, prev });
    if (segment) this.#segments.push(segment);
    const time = Math.max(this.#head.time, Math.floor(clock.now()));
    const record = Buffer.allocUnsafe(bytes);
    const encoded = batch.map((pending) => pending.encoded);
    const payload = record.subarray(RECORD_HEADER_BYTES);
    const hash = encodeEntry(payload, { height, time, prev }, encoded);
    sealRecord(record, this.#writer.salt);
    const started = clock.monotonic();
    const [, commands] = await Promise.all([this.#writer.write(record), readBack(payload)]);
    this.#metrics.syncSeconds.observe((clock.monotonic() - started) / 1000);
    this.#metrics.entries.inc();
    this.#metrics.commands.inc(batch.length);
    this.#metrics.bytes.inc(bytes);
    this.#metrics.entryCommands.observe(batch.length);
    this.#metrics.height.set(height);
    this.#writer.segment.add(height, time, this.#writer.segment.end + bytes);
    this.#head = { height, time, hash };
    this.#recent.add({ height, time, prev, hash, commands }, bytes);
    this.#dispatch(height, batch, commands);
    this.#snapshotWhenDue();
  }

  #dispatch(height: number, batch: PendingCommand[], commands: Command[]): void {
    for (const [place, queue] of this.#queues.entries()) {
      const isItsOwn = (index: number) => batch[index]?.view === place;
      const waiters = batch.filter((_, index) => isItsOwn(index));
      if (waiters.length === 0) continue;
      queue.enqueue({ height, commands: commands.filter((_, index) => isItsOwn(index)), waiters });
    }
  }

  #rejectBatch(batch: PendingCommand[], error: unknown): void {
    const isHarmless = error instanceof InsufficientStorage || error === this.#refusal;
    const reason = isHarmless ? error : this.#refuse('log-failed', 'The disk failed under the command log', error);
    if (isHarmless) this.#options.logger.warn({ err: error, commands: batch.length }, 'commands were refused');
    for (const pending of batch) pending.reject(reason);
    this.#answered(batch.length);
  }

  /**
   * From here on no command is taken. After a failed sync the kernel may have dropped what it could not write and call
   * the next sync a success, so only opening the log anew tells what the disk holds.
   */
  #refuse(code: string, what: string, cause: unknown): Unavailable {
    const detail = `${what}: nothing more is written until control is restarted. Whether the last changes were kept is known then.`;
    const refusal = new Unavailable(detail, { code, cause });
    this.#options.logger.fatal({ err: cause, height: this.height }, detail);
    if (!this.#refusal || this.#refusal.code === 'stopping') this.#refusal = refusal;
    return refusal;
  }

  #answered(commands: number): void {
    this.#waiting.settle(commands);
    this.#wakeFollowers();
  }

  #wakeFollowers(): void {
    if (this.#followers.length === 0) return;
    const followers = this.#followers;
    this.#followers = [];
    for (const wake of followers) wake();
  }

  /** All views have applied what is theirs up to here. */
  #appliedHeight(): number {
    return this.#queues.reduce((height, queue) => Math.min(height, queue.appliedUpTo ?? height), this.height);
  }

  /** Resolves when something more was applied, or the signal is aborted. */
  #applied(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#followers.push(wake);
    });
  }

  async *#range(from: number, to: number): AsyncGenerator<Entry, void, undefined> {
    const oldest = this.#segments[0]?.firstHeight ?? 1;
    if (from < oldest) {
      throw new NotFound(`The log keeps its entries from ${oldest} on; entry ${from} was dropped.`, {
        code: 'entries-dropped',
      });
    }
    for (let next = from; next <= to; next += 1) {
      const recent = this.#recent.get(next);
      if (!recent) {
        const until = Math.min(to, (this.#recent.firstHeight ?? to + 1) - 1);
        yield* readForwards(this.#options.disk, [...this.#segments], next, until);
        next = until;
        continue;
      }
      yield recent;
    }
  }

  async #snapshotAll(): Promise<Snapshot[]> {
    const { disk, snapshotsFolder } = this.#options;
    const taken: Snapshot[] = [];
    for (const queue of this.#queues) {
      const snapshot = await queue.between(async () => {
        const height = queue.appliedUpTo ?? this.height;
        if (height < (this.#segments[0]?.firstHeight ?? 1)) return undefined;
        return writeSnapshot(disk, snapshotsFolder, queue.view, { height, hash: await this.#hashAt(height) });
      });
      if (!snapshot) continue;
      taken.push(snapshot);
      await pruneSnapshots(disk, snapshotsFolder, queue.view.name, KEPT_SNAPSHOTS);
    }
    return taken;
  }

  async #hashAt(height: number): Promise<Uint8Array> {
    for await (const entry of this.#range(height, height)) return entry.hash;
    throw new NotFound(`Entry ${height} is not in the log.`);
  }

  #snapshotWhenDue(): void {
    const { snapshotEveryEntries, logger } = this.#options;
    if (snapshotEveryEntries === undefined || this.height - this.#snapshotHeight < snapshotEveryEntries) return;
    this.#snapshotHeight = this.height;
    this.snapshot().catch((error: unknown) => {
      logger.error({ err: error, height: this.height }, 'no snapshot of the views could be taken; the log keeps all');
    });
  }
}

/**
 * The commands as a replay would read them, so that a view applies now exactly what it would apply then. Begins when the
 * disk has been given the entry, and costs half of reading back each command by itself.
 */
async function readBack(payload: Buffer): Promise<Command[]> {
  return decodeCommands(payload);
}
