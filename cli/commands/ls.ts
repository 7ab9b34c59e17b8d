import { NotFound } from '../../common/errors/index.ts';
import { type Connection, withQuery } from '../client/index.ts';
import { defineCommand } from '../command/command.ts';
import { type Bucket, listFolder, listKeys, type RemoteObject } from '../remote/listing.ts';
import { formatRemotePath, parseRemotePath } from '../remote/remote-path.ts';
import type { Output } from '../terminal/output.ts';
import { formatSize, formatTime } from '../terminal/quantity.ts';
import { type Column, printable } from '../terminal/table.ts';

export const ls = defineCommand({
  name: 'ls',
  summary: 'list buckets, folders and objects',
  usage: '[PATH]',
  description: [
    'Without a path it lists buckets; NAMESPACE: lists those of another namespace. A path is listed as a folder: ' +
      '“bucket/2026” shows what is below “2026/”, or the object of that name.',
    'With --json every object is a line with key, size, etag, contentType and modifiedAt; every folder one with prefix.',
  ],
  options: {
    long: { type: 'boolean', short: 'l', description: 'sizes, times and content types' },
    recursive: { type: 'boolean', short: 'r', description: 'everything below, not just one level' },
    bytes: { type: 'boolean', short: 'b', description: 'sizes in bytes' },
  },
  operands: ['remote'],
  arity: [0, 1],
  examples: [
    { command: 'bramble ls', explanation: 'your buckets' },
    { command: 'bramble ls -l photos/2026/', explanation: 'one folder, with sizes' },
    { command: 'bramble ls -r --json photos', explanation: 'every object of a bucket, for a script' },
  ],
  action: async ({ values, operands, output, connect }) => {
    const bramble = await connect();
    const text = operands[0] ?? '';
    const size = (bytes: number) => (values.bytes ? String(bytes) : formatSize(bytes));
    if (text === '' || text.endsWith(':')) {
      const namespace = text === '' ? await bramble.namespace() : text.slice(0, -1);
      const buckets = await Array.fromAsync(bramble.list<Bucket>('/api/storage/buckets', { namespace }));
      printRows(output, values.long === true, BUCKET_COLUMNS, buckets, (bucket) => bucket.name);
      return undefined;
    }
    const path = parseRemotePath(text);
    const { namespace, bucket, key } = await bramble.resolve(path);
    const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
    const list = values.recursive ? listKeys : listFolder;
    const shownFrom = values.recursive ? 0 : folder.length;
    const columns: Column<Entry>[] = [
      { heading: 'SIZE', align: 'right', cell: (entry) => ('prefix' in entry ? '-' : size(entry.size)) },
      { heading: 'MODIFIED', cell: (entry) => ('prefix' in entry ? '-' : formatTime(entry.modifiedAt)) },
      { heading: 'TYPE', cell: (entry) => ('prefix' in entry ? 'folder' : printable(entry.contentType)) },
      { heading: 'NAME', cell: (entry) => nameOf(entry, shownFrom) },
    ];
    let found = 0;
    for await (const page of list(bramble, { namespace, bucket, prefix: folder })) {
      found += page.length;
      printRows(output, values.long === true, columns, page, (entry) => nameOf(entry, shownFrom));
    }
    if (found > 0 || key === '') return undefined;
    const single = key.endsWith('/') ? undefined : await findObject(bramble, { namespace, bucket, key });
    if (!single) throw new NotFound(`There is nothing at ${formatRemotePath(path)}.`);
    printRows(output, values.long === true, columns, [single], (entry) => nameOf(entry, 0));
    return undefined;
  },
});

type Entry = RemoteObject | { prefix: string };

const BUCKET_COLUMNS: Column<Bucket>[] = [
  { heading: 'CREATED', cell: ({ createdAt }) => formatTime(createdAt) },
  { heading: 'OBJECTS', align: 'right', cell: ({ objects }) => String(objects) },
  { heading: 'SIZE', align: 'right', cell: ({ bytes }) => formatSize(bytes) },
  { heading: 'VISIBILITY', cell: ({ visibility }) => visibility },
  { heading: 'NAME', cell: ({ name }) => name },
];

async function findObject(
  bramble: Connection,
  { namespace, bucket, key }: { namespace: string; bucket: string; key: string },
): Promise<RemoteObject | undefined> {
  const path = `/api/storage/objects/${encodeURIComponent(namespace)}/${encodeURIComponent(bucket)}`;
  const page = await bramble.json<{ items: RemoteObject[] }>('GET', withQuery(path, { prefix: key, limit: '1' }));
  return page.items.find((item) => item.key === key);
}

function nameOf(entry: Entry, from: number): string {
  return printable(('prefix' in entry ? entry.prefix : entry.key).slice(from));
}

function printRows<Row>(
  output: Output,
  long: boolean,
  columns: Column<Row>[],
  rows: Row[],
  short: (row: Row) => string,
): void {
  if (output.json || long) {
    if (rows.length > 0) output.table(columns, rows);
    return;
  }
  for (const row of rows) output.result(row, short(row));
}
