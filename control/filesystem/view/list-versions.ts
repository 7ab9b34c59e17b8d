/**
 * Listing all versions: two range scans side by side, of the objects that are current and of all else, by key and then
 * newest first. As with objects, common prefixes are skipped by seeking.
 */
import { KEY_BYTES } from '../../../common/filesystem/index.ts';
import type { Environment } from './environment.ts';
import { OBJECT_KEY_START, objectKey, VERSION_SUFFIX_BYTES, versionKey, versionsFrom } from './keys.ts';
import { commonPrefix, positionAfter } from './list-position.ts';
import { objectTable, type VersionRecord, versionTable } from './records.ts';
import { endOf, type Table } from './table.ts';

export interface VersionListQuery {
  bucketId: number;
  prefix: string;
  delimiter: string;
  /** Versions, delete markers and common prefixes together, at most. */
  limit: number;
  after?: string | undefined;
  /** Goes on within the key `after`: with versions that are older than this sequence. */
  below?: number | undefined;
  /** Whether of the key `after` there is something as new as `below`, or newer. */
  hasNewer?: boolean;
}

export interface VersionListing {
  items: { key: string; version: VersionRecord; isLatest: boolean }[];
  prefixes: string[];
  /** What the page ends with, when there is more; of a common prefix, without a version. */
  next?: { key: string; version?: VersionRecord };
}

interface Row {
  key: Buffer;
  value: Buffer;
  table: Table<VersionRecord>;
}

export function listVersions(environment: Environment, query: VersionListQuery): VersionListing {
  const prefix = Buffer.from(query.prefix, 'utf8');
  const delimiter = Buffer.from(query.delimiter, 'utf8');
  const listing: VersionListing = { items: [], prefixes: [] };
  // No key is as long.
  if (prefix.length > KEY_BYTES) return listing;
  let rows = openRows(environment, query, prefix, delimiter);
  let room = query.limit;
  let last: VersionListing['next'];
  let keySeen = query.hasNewer ? query.after : undefined;
  for (;;) {
    let skipTo: Buffer | undefined;
    for (const row of rows) {
      if (room === 0) return last ? { ...listing, next: last } : listing;
      room -= 1;
      const common = commonPrefix(row.key, prefix, delimiter);
      const key = (common ?? row.key).toString('utf8');
      if (common) {
        listing.prefixes.push(key);
        last = { key };
        skipTo = endOf(common);
        break;
      }
      const version = row.table.decode(row.value);
      listing.items.push({ key, version, isLatest: key !== keySeen });
      last = { key, version };
      keySeen = key;
    }
    if (!skipTo) return listing;
    rows = rowsFrom(environment, query.bucketId, prefix, skipTo);
  }
}

function openRows(environment: Environment, query: VersionListQuery, prefix: Buffer, delimiter: Buffer): Iterable<Row> {
  const { bucketId, after, below } = query;
  if (after === undefined) return rowsFrom(environment, bucketId, prefix, prefix);
  const key = Buffer.from(after);
  const isWithin = key.subarray(0, prefix.length).equals(prefix) && !commonPrefix(key, prefix, delimiter);
  if (below === undefined || below === 0 || !isWithin) {
    return rowsFrom(environment, bucketId, prefix, positionAfter(key, prefix, delimiter));
  }
  return rowsBelow(environment, bucketId, prefix, key, below);
}

/** From a position in the order of keys on. */
function rowsFrom(environment: Environment, bucketId: number, prefix: Buffer, position: Buffer): Iterable<Row> {
  const from = Buffer.compare(position, prefix) > 0 ? position : prefix;
  return mergeByKey(
    objectRows(environment, bucketId, objectKey(bucketId, from), prefix),
    versionRows(environment, bucketId, versionsFrom(bucketId, from), prefix),
  );
}

/** What of the key is older than a sequence, and all behind it. An older one may be current by now. */
function* rowsBelow(
  environment: Environment,
  bucketId: number,
  prefix: Buffer,
  key: Buffer,
  below: number,
): Iterable<Row> {
  const rows = mergeByKey(
    objectRows(environment, bucketId, objectKey(bucketId, key), prefix),
    versionRows(environment, bucketId, versionKey(bucketId, key, below - 1), prefix),
  );
  for (const row of rows) {
    const isNewer = row.table === objectTable && row.key.equals(key) && row.table.decode(row.value).sequence >= below;
    if (!isNewer) yield row;
  }
}

function* objectRows(environment: Environment, bucketId: number, start: Buffer, prefix: Buffer): Generator<Row> {
  for (const { key, value } of environment.getRange({ start, end: endOf(objectKey(bucketId, prefix)) })) {
    yield {
      key: Buffer.from(key.subarray(OBJECT_KEY_START)),
      value: Buffer.from(value),
      table: objectTable as Table<VersionRecord>,
    };
  }
}

function* versionRows(environment: Environment, bucketId: number, start: Buffer, prefix: Buffer): Generator<Row> {
  for (const { key, value } of environment.getRange({ start, end: endOf(versionsFrom(bucketId, prefix)) })) {
    const name = key.subarray(OBJECT_KEY_START, key.length - VERSION_SUFFIX_BYTES);
    yield { key: Buffer.from(name), value: Buffer.from(value), table: versionTable };
  }
}

/** Of one key, the object comes first: it is the newest. */
function* mergeByKey(objects: Generator<Row>, versions: Generator<Row>): Generator<Row> {
  try {
    let object = objects.next();
    let version = versions.next();
    for (;;) {
      if (object.done && version.done) return;
      if (version.done || (!object.done && Buffer.compare(object.value.key, version.value.key) <= 0)) {
        yield object.value;
        object = objects.next();
      } else {
        yield version.value;
        version = versions.next();
      }
    }
  } finally {
    objects.return(undefined);
    versions.return(undefined);
  }
}
