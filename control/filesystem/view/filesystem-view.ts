/** The filesystem as the log made it: buckets, objects, chunks, uploads, shares, nodes. Changed by commands only. */
import type { Disk } from '../../../common/disk/index.ts';
import { nodeDisk } from '../../../common/disk/index.ts';
import { AppError } from '../../../common/errors/index.ts';
import type { Extent } from '../../../common/filesystem/index.ts';
import type { Logger } from '../../../common/logging/index.ts';
import type { Command, Outcome, View } from '../../log/index.ts';
import { type Apply, appliers } from '../commands/appliers.ts';
import { recordEvents } from '../commands/events.ts';
import {
  bucketSettingKey,
  bucketSettingTable,
  type NamespaceUsage,
  NO_USAGE,
  namespaceUsageKey,
  namespaceUsageTable,
  type SettingRecord,
  type StoredSetting,
  settingsOf,
} from './bucket-tables.ts';
import { chunkName } from './chunk-key.ts';
import { deriveBucketTables } from './derive-bucket-tables.ts';
import { Draft } from './draft.ts';
import { clearEnvironment, dumpEnvironment, loadEnvironment } from './dump.ts';
import { closeEnvironment, type Environment, KEY_LIMIT_BYTES, openEnvironment } from './environment.ts';
import * as events from './event-tables.ts';
import { findVersion, newestNoncurrent } from './find-version.ts';
import * as keys from './keys.ts';
import { listMultiparts, type MultipartListing, type MultipartQuery } from './list-multiparts.ts';
import { type Listing, type ListQuery, listObjects } from './list-objects.ts';
import { listVersions, type VersionListing, type VersionListQuery } from './list-versions.ts';
import * as multipart from './multipart-tables.ts';
import { type ObjectSummary, summaryOf } from './object-record.ts';
import * as records from './records.ts';
import { type Entry, endOf, keyOf, type Source, type Table } from './table.ts';
import { MAX_SEQUENCE, sequenceOf } from './version-id.ts';

/** More targets than any operator configures. */
const EVENT_QUEUES = 10_000;

export interface PendingEvent {
  sequence: number;
  record: events.EventRecord;
}

export interface FilesystemViewOptions {
  folder: string;
  logger: Logger;
  disk?: Disk;
}

export async function openFilesystemView(options: FilesystemViewOptions): Promise<FilesystemView> {
  const disk = options.disk ?? nodeDisk;
  const environment = await openEnvironment(options.folder, disk, options.logger);
  return new FilesystemView(environment, options.folder, disk);
}

export class FilesystemView implements View, Source, AsyncDisposable {
  readonly name = 'filesystem';
  readonly #environment: Environment;
  readonly #folder: string;
  readonly #disk: Disk;
  readonly #eventListeners = new Set<() => void>();

  constructor(environment: Environment, folder: string, disk: Disk) {
    this.#environment = environment;
    this.#folder = folder;
    this.#disk = disk;
    // Left by a restore that was cut off.
    if (this.appliedHeight() === 0) clearEnvironment(environment);
    deriveBucketTables(environment);
  }

  handles(type: string): boolean {
    return appliers.has(type);
  }

  appliedHeight(): number {
    return this.get(records.heightTable, keys.HEIGHT_KEY) ?? 0;
  }

  async apply(height: number, commands: readonly Command[]): Promise<Outcome[]> {
    if (height <= this.appliedHeight()) throw new Error(`Entry ${height} is in the filesystem view already.`);
    const entry = new Draft(this);
    let hasEvents = false;
    const outcomes = commands.map((command) =>
      applyOne(entry, command, () => {
        hasEvents = true;
      }),
    );
    entry.put(records.heightTable, keys.HEIGHT_KEY, height);
    this.#environment.transactionSync(() => {
      entry.write(
        (key, value) => void this.#environment.put(key, value),
        (key) => void this.#environment.remove(key),
      );
    });
    if (hasEvents) for (const listener of this.#eventListeners) listener();
    return outcomes;
  }

  snapshot(folder: string): Promise<void> {
    return dumpEnvironment(this.#environment, this.#disk, folder);
  }

  async restore(folder: string): Promise<void> {
    await loadEnvironment(this.#environment, this.#disk, folder);
    deriveBucketTables(this.#environment);
  }

  get<Value>(table: Table<Value>, key: Buffer): Value | undefined {
    // Asked for by a name that nothing can have.
    if (key.length > KEY_LIMIT_BYTES) return undefined;
    const bytes = this.#environment.get(key);
    return bytes === undefined ? undefined : table.decode(bytes);
  }

  *scan<Value>(table: Table<Value>, group: Buffer): Iterable<Entry<Value>> {
    if (group.length > KEY_LIMIT_BYTES) return;
    for (const { key, value } of this.#environment.getRange({ start: group, end: endOf(group) })) {
      yield { key: Buffer.from(key), value: table.decode(Buffer.from(value)) };
    }
  }

  totals(): records.Totals {
    return this.get(records.totalsTable, keys.TOTALS_KEY) ?? records.NO_TOTALS;
  }

  bucket(namespace: string, name: string): records.BucketRecord | undefined {
    return this.get(records.bucketTable, keys.bucketKey(namespace, name));
  }

  /** Of one namespace by name, behind `after`. */
  buckets(namespace: string, limit: number, after = '', prefix = ''): records.BucketRecord[] {
    const range = keyOf(records.bucketTable, `${namespace}\0${prefix}`);
    const start = after < prefix ? range : keyOf(records.bucketTable, `${namespace}\0${after}\0`);
    return this.#values(records.bucketTable, start, endOf(range), limit);
  }

  usage(namespace: string): NamespaceUsage {
    return this.get(namespaceUsageTable, namespaceUsageKey(namespace)) ?? NO_USAGE;
  }

  /** The buckets of which this is set, in the order of their ids, behind `afterBucketId`. */
  settingsAfter<Setting extends StoredSetting>(
    setting: Setting,
    afterBucketId: number,
    limit: number,
  ): SettingRecord<Setting>[] {
    const start = bucketSettingKey(setting, afterBucketId + 1);
    const found = this.#values(bucketSettingTable, start, endOf(settingsOf(setting)), limit);
    return found as SettingRecord<Setting>[];
  }

  object(bucketId: number, key: string): records.ObjectRecord | undefined {
    return this.get(records.objectTable, keys.objectKey(bucketId, key));
  }

  list(query: ListQuery): Listing<records.ObjectRecord> {
    return listObjects(this.#environment, query, (bytes) => records.objectTable.decode(Buffer.from(bytes)));
  }

  /** What listings show of the same, for less. */
  listSummaries(query: ListQuery): Listing<ObjectSummary> {
    return listObjects(this.#environment, query, summaryOf);
  }

  /** One version of an object, or a delete marker. */
  version(bucketId: number, key: string, versionId: string | null): records.VersionRecord | undefined {
    return findVersion(this, bucketId, key, versionId);
  }

  /**
   * Goes on behind the version `afterVersion` of the key `after` when that is given, also when it is not there any more:
   * ids say where they were. Of the version `null` nothing says it then, and all of that key come again.
   */
  listVersions(query: Omit<VersionListQuery, 'below' | 'hasNewer'>, afterVersion?: string | null): VersionListing {
    const { bucketId, after } = query;
    if (after === undefined || afterVersion === undefined) return listVersions(this.#environment, query);
    const below =
      afterVersion === null ? (this.version(bucketId, after, null)?.sequence ?? Infinity) : sequenceOf(afterVersion);
    const newest = this.object(bucketId, after) ?? newestNoncurrent(this, bucketId, after);
    const hasNewer = newest !== undefined && newest.sequence >= below;
    return listVersions(this.#environment, { ...query, below: Math.min(below, MAX_SEQUENCE), hasNewer });
  }

  chunk(chunk: string): records.ChunkRecord | undefined {
    return this.get(records.chunkTable, keys.chunkKey(chunk));
  }

  /** A page of chunks in order of their ids, behind `after`. */
  chunksAfter(after: string | undefined, limit: number): { chunk: string; record: records.ChunkRecord }[] {
    const start = after === undefined ? keyOf(records.chunkTable) : endOf(keys.chunkKey(after));
    return this.#entries(records.chunkTable, start, Buffer.of(records.chunkTable.prefix + 1), limit).map(
      ({ key, value }) => ({ chunk: chunkName(key.subarray(1)), record: value }),
    );
  }

  openChunks(): string[] {
    const end = Buffer.of(records.openChunkTable.prefix + 1);
    return this.#entries(records.openChunkTable, keyOf(records.openChunkTable), end, 100_000).map(({ key }) =>
      chunkName(key.subarray(1)),
    );
  }

  /** Sealed chunks that nothing refers to since `beforeMs` or longer. */
  idleChunks(beforeMs: number, limit: number): string[] {
    return this.#timed(records.idleChunkTable, beforeMs, limit);
  }

  /** Tombstones that were made at `beforeMs` or earlier. */
  condemnedChunks(beforeMs: number, limit: number): string[] {
    return this.#timed(records.condemnedChunkTable, beforeMs, limit);
  }

  upload(id: string): records.UploadRecord | undefined {
    return this.get(records.uploadTable, keys.uploadKey(id));
  }

  uploadExtents(upload: records.UploadRecord): Extent[] {
    return Array.from({ length: upload.parts }, (_, part) => {
      const extent = this.get(records.uploadPartTable, keys.uploadPartKey(upload.id, part));
      if (!extent) throw new Error(`Upload ${upload.id} lacks part ${part}.`);
      return extent;
    });
  }

  uploadsAfter(after: string | undefined, limit: number): records.UploadRecord[] {
    const start = after === undefined ? keyOf(records.uploadTable) : endOf(keys.uploadKey(after));
    return this.#values(records.uploadTable, start, Buffer.of(records.uploadTable.prefix + 1), limit);
  }

  listMultiparts(query: MultipartQuery): MultipartListing {
    return listMultiparts(this.#environment, query);
  }

  /** Of all buckets, in the order of their keys. */
  multipartsAfter(after: multipart.MultipartId | undefined, limit: number): multipart.MultipartRecord[] {
    const table = multipart.multipartTable;
    const start = after === undefined ? keyOf(table) : endOf(multipart.multipartKey(after));
    return this.#values(table, start, Buffer.of(table.prefix + 1), limit);
  }

  completedAfter(after: multipart.MultipartId | undefined, limit: number): multipart.CompletedRecord[] {
    const table = multipart.completedTable;
    const start = after === undefined ? keyOf(table) : endOf(multipart.completedKey(after));
    return this.#values(table, start, Buffer.of(table.prefix + 1), limit);
  }

  /** Of an upload, by number, behind `after`. */
  parts(upload: string, after: number, limit: number): { part: number; record: multipart.PartRecord }[] {
    const start = multipart.partKey(upload, after + 1);
    const end = endOf(multipart.partsOf(upload));
    return this.#entries(multipart.partTable, start, end, limit).map(({ key, value }) => ({
      part: multipart.partOfKey(key),
      record: value,
    }));
  }

  shareByToken(tokenHash: Uint8Array): records.ShareRecord | undefined {
    return this.get(records.shareTable, keys.shareKey(tokenHash));
  }

  share(id: string): records.ShareRecord | undefined {
    const hash = this.get(records.shareIdTable, keys.shareIdKey(id));
    return hash && this.shareByToken(hash);
  }

  shares(namespace: string, limit: number, after = ''): records.ShareRecord[] {
    const range = keys.namespaceShares(namespace);
    const start = after === '' ? range : endOf(keys.namespaceShareKey(namespace, after));
    return this.#values(records.namespaceShareTable, start, endOf(range), limit).flatMap(
      (hash) => this.shareByToken(hash) ?? [],
    );
  }

  /** Of all namespaces, by id. */
  sharesAfter(after: string | undefined, limit: number): records.ShareRecord[] {
    const table = records.shareIdTable;
    const start = after === undefined ? keyOf(table) : endOf(keys.shareIdKey(after));
    return this.#values(table, start, Buffer.of(table.prefix + 1), limit).flatMap(
      (hash) => this.shareByToken(hash) ?? [],
    );
  }

  nodes(): records.NodeRecord[] {
    return this.#values(records.nodeTable, keyOf(records.nodeTable), Buffer.of(records.nodeTable.prefix + 1), 10_000);
  }

  /** Calls `listener` when there is something new in a queue of notices, until disposed. */
  onEvents(listener: () => void): Disposable {
    this.#eventListeners.add(listener);
    return { [Symbol.dispose]: () => this.#eventListeners.delete(listener) };
  }

  eventQueues(): events.EventQueueRecord[] {
    const table = events.eventQueueTable;
    return this.#values(table, keyOf(table), Buffer.of(table.prefix + 1), EVENT_QUEUES);
  }

  eventQueue(target: string): events.EventQueueRecord | undefined {
    return this.get(events.eventQueueTable, events.eventQueueKey(target));
  }

  /** In order, from the one with that sequence on. */
  pendingEvents(target: string, from: number, limit: number): PendingEvent[] {
    const queue = this.eventQueue(target);
    if (!queue) return [];
    const start = Math.max(from, queue.first);
    const pending: PendingEvent[] = [];
    for (let sequence = start; sequence < Math.min(queue.next, start + limit); sequence += 1) {
      const record = this.get(events.eventTable, events.eventKey(target, sequence));
      if (!record) throw new Error(`The queue of ${target} lacks its event ${sequence}.`);
      pending.push({ sequence, record });
    }
    return pending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeEnvironment(this.#environment, this.#folder, this.#disk);
  }

  #timed(table: Table<true>, beforeMs: number, limit: number): string[] {
    return this.#entries(table, keyOf(table), keys.timedKey(table, Math.max(0, beforeMs) + 1), limit).map(({ key }) =>
      chunkName(key.subarray(keys.TIMED_CHUNK_START)),
    );
  }

  #values<Value>(table: Table<Value>, start: Buffer, end: Buffer, limit: number): Value[] {
    return this.#entries(table, start, end, limit).map(({ value }) => value);
  }

  #entries<Value>(table: Table<Value>, start: Buffer, end: Buffer, limit: number): { key: Buffer; value: Value }[] {
    const found: { key: Buffer; value: Value }[] = [];
    if (start.length > KEY_LIMIT_BYTES) return found;
    for (const { key, value } of this.#environment.getRange({ start, end, limit })) {
      found.push({ key: Buffer.from(key), value: table.decode(Buffer.from(value)) });
    }
    return found;
  }
}

/** What `apply` refuses has no effect; what it did not foresee stops the log, since every node would do the same. */
function applyOne(entry: Draft, command: Command, onEvents: () => void): Outcome {
  const apply: Apply | undefined = appliers.get(command.type);
  if (!apply) throw new Error(`'${command.type}' is not a command of the filesystem.`);
  const draft = new Draft(entry);
  try {
    const value = apply(draft, command);
    if (recordEvents(entry, draft, command, value)) onEvents();
    draft.mergeInto(entry);
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, error };
  }
}
