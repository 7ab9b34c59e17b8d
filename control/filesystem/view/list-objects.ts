/** Listing: a range scan that skips over common prefixes by seeking, so that its cost is that of the page, not of the bucket. */
import { KEY_BYTES } from '../../../common/filesystem/index.ts';
import type { Environment } from './environment.ts';
import { OBJECT_KEY_START, objectKey } from './keys.ts';
import { commonPrefix, positionAfter } from './list-position.ts';
import { endOf } from './table.ts';

export interface ListQuery {
  bucketId: number;
  prefix: string;
  /** Keys that share what lies between the prefix and the first delimiter behind it become one common prefix. */
  delimiter: string;
  /** Keys and common prefixes together, at most. */
  limit: number;
  /** Where the page before ended: its `next` … */
  from?: Uint8Array | undefined;
  /** … or its last key or common prefix, or any text. */
  after?: string | undefined;
}

export interface Listing<Item> {
  items: { key: string; object: Item }[];
  prefixes: string[];
  /** The last key or common prefix; absent when there is none. */
  last?: string;
  /** Where the next page begins; absent at the end. Bytes of a key, not always of a whole one. */
  next?: Buffer;
}

/** `decode` makes what is wanted of an object's bytes, which are not its to keep. */
export function listObjects<Item>(
  environment: Environment,
  query: ListQuery,
  decode: (bytes: Buffer) => Item,
): Listing<Item> {
  const prefix = Buffer.from(query.prefix, 'utf8');
  const delimiter = Buffer.from(query.delimiter, 'utf8');
  const end = endOf(objectKey(query.bucketId, prefix));
  const listing: Listing<Item> = { items: [], prefixes: [] };
  // No key is as long.
  if (prefix.length > KEY_BYTES) return listing;
  const { after } = query;
  const begin = query.from ?? (after === undefined ? prefix : positionAfter(Buffer.from(after), prefix, delimiter));
  let from: Buffer = Buffer.compare(begin, prefix) > 0 ? Buffer.from(begin) : prefix;
  let room = query.limit;
  for (;;) {
    let skipTo: Buffer | undefined;
    for (const { key, value } of environment.getRange({
      start: objectKey(query.bucketId, from),
      end,
      limit: room + 1,
    })) {
      if (room === 0) return { ...listing, next: Buffer.from(key.subarray(OBJECT_KEY_START)) };
      room -= 1;
      // Not even a view is made of what needs none: views cost more than all else here.
      const common =
        delimiter.length === 0 ? undefined : commonPrefix(key.subarray(OBJECT_KEY_START), prefix, delimiter);
      listing.last = common ? common.toString('utf8') : key.toString('utf8', OBJECT_KEY_START);
      if (common) {
        listing.prefixes.push(listing.last);
        skipTo = endOf(common);
        break;
      }
      listing.items.push({ key: listing.last, object: decode(value) });
    }
    if (!skipTo) return listing;
    from = skipTo;
  }
}
