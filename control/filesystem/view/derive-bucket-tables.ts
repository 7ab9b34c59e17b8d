/**
 * Views, and snapshots of them, that were made before S3's names and the namespaces' usage were kept: both are made from the
 * buckets that are there, once. The same on every node, since it depends on nothing else.
 */
import { NO_USAGE, namespaceUsageKey, namespaceUsageTable, s3NameKey, s3NameTable } from './bucket-tables.ts';
import type { Environment } from './environment.ts';
import { type BucketRecord, bucketTable, type UploadRecord, uploadTable } from './records.ts';
import { endOf, keyOf, type Table } from './table.ts';

const derivedTable: Pick<Table<true>, 'prefix'> = { prefix: 0x23 };
const MARK = keyOf(derivedTable);

export function deriveBucketTables(environment: Environment): void {
  if (environment.get(MARK)) return;
  const buckets = all<BucketRecord>(environment, bucketTable).sort((a, b) => a.id - b.id);
  const usages = new Map<string, { bytes: number; objects: number; buckets: number }>();
  const names = new Map<string, string[]>();
  for (const { namespace, name, objects, versions = 0, bytes } of buckets) {
    const usage = usages.get(namespace) ?? NO_USAGE;
    usages.set(namespace, {
      bytes: usage.bytes + bytes,
      objects: usage.objects + objects + versions,
      buckets: usage.buckets + 1,
    });
    names.set(name, [...(names.get(name) ?? []), namespace]);
  }
  for (const { name, offset } of all<UploadRecord>(environment, uploadTable)) {
    const usage = usages.get(name.namespace) ?? NO_USAGE;
    usages.set(name.namespace, { ...usage, bytes: usage.bytes + offset });
  }
  environment.transactionSync(() => {
    for (const [namespace, usage] of usages) {
      void environment.put(namespaceUsageKey(namespace), namespaceUsageTable.encode(usage));
    }
    for (const [name, holders] of names) void environment.put(s3NameKey(name), s3NameTable.encode(holders));
    void environment.put(MARK, Buffer.of(1));
  });
}

function all<Value>(environment: Environment, table: Table<Value>): Value[] {
  const start = keyOf(table);
  return Array.from(environment.getRange({ start, end: endOf(start) }), ({ value }) =>
    table.decode(Buffer.from(value)),
  );
}
