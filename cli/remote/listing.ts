/** Objects by prefix, page by page: a bucket may hold millions. */

import { NotFound } from '../../common/errors/index.ts';
import { type Answer, type Connection, type Item, withQuery } from '../client/index.ts';

type Page = Answer<'/api/storage/objects/:ns/:bucket', '$get'>;
export type RemoteObject = Page['items'][number];
export type Bucket = Item<'/api/storage/buckets'>;

export interface Place {
  readonly namespace: string;
  readonly bucket: string;
  readonly prefix: string;
}

const PAGE_SIZE = '1000';

/** One level: the folders below `prefix`, then the objects, in each page. */
export async function* listFolder(
  bramble: Connection,
  place: Place,
): AsyncGenerator<(RemoteObject | { prefix: string })[]> {
  for await (const page of pages(bramble, place, '/')) {
    yield [...page.prefixes.map((prefix) => ({ prefix })), ...page.items];
  }
}

/** Every object whose key begins with `prefix`. */
export async function* listKeys(bramble: Connection, place: Place): AsyncGenerator<RemoteObject[]> {
  for await (const page of pages(bramble, place, undefined)) yield page.items;
}

/** The objects below a folder (`key/…`) or in a whole bucket. @throws NotFound when there are none. */
export async function* objectsBelow(bramble: Connection, place: Place): AsyncGenerator<RemoteObject> {
  let found = false;
  for await (const page of listKeys(bramble, place)) {
    for (const object of page) {
      found = true;
      yield object;
    }
  }
  if (!found && place.prefix !== '') throw new NotFound(`There is nothing below ${place.bucket}/${place.prefix}.`);
}

/** Cursors stay good while objects are deleted: they are places in the order of keys. */
async function* pages(
  bramble: Connection,
  { namespace, bucket, prefix }: Place,
  delimiter: string | undefined,
): AsyncGenerator<Page> {
  const path = `/api/storage/objects/${encodeURIComponent(namespace)}/${encodeURIComponent(bucket)}`;
  let cursor: string | undefined;
  do {
    const query = { prefix: prefix === '' ? undefined : prefix, delimiter, limit: PAGE_SIZE, cursor };
    const page = await bramble.json<Page>('GET', withQuery(path, query));
    yield page;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
