/**
 * A page of a listing as it crosses between processes: by columns, texts of all objects in one. A thousand small maps, each
 * with its names, cost several times as much to write and to read as four long values.
 */
import type { Checksum } from './master-protocol.ts';

/** Column by column, one value for each object. In texts a NUL, which none of them has, separates one from the next. */
export interface ObjectColumns {
  keys: string;
  etags: string;
  sizes: number[];
  modifiedAtMs: number[];
  /** Algorithm and type, or nothing; absent where no object of the page has a checksum. */
  checksums?: string;
}

export interface ListedObject {
  key: string;
  size: number;
  etag: string;
  modifiedAtMs: number;
  checksum?: Pick<Checksum, 'algorithm' | 'type'>;
}

const SEPARATOR = '\0';

export function packListed(items: readonly { key: string; object: Omit<ListedObject, 'key'> }[]): ObjectColumns {
  const hasChecksums = items.some(({ object }) => object.checksum !== undefined);
  return {
    keys: items.map(({ key }) => key).join(SEPARATOR),
    etags: items.map(({ object }) => object.etag).join(SEPARATOR),
    sizes: items.map(({ object }) => object.size),
    modifiedAtMs: items.map(({ object }) => object.modifiedAtMs),
    ...(hasChecksums && { checksums: items.map(({ object }) => checksumText(object.checksum)).join(SEPARATOR) }),
  };
}

export function unpackListed(columns: ObjectColumns): ListedObject[] {
  const keys = columns.keys.split(SEPARATOR);
  const etags = columns.etags.split(SEPARATOR);
  const checksums = columns.checksums?.split(SEPARATOR).map(memoized(checksumOf));
  return columns.sizes.map((size, index) => {
    const checksum = checksums?.[index];
    return {
      key: keys[index] ?? '',
      size,
      etag: etags[index] ?? '',
      modifiedAtMs: columns.modifiedAtMs[index] ?? 0,
      ...(checksum && { checksum }),
    };
  });
}

function checksumText(checksum: ListedObject['checksum']): string {
  return checksum ? `${checksum.algorithm} ${checksum.type}` : '';
}

function checksumOf(text: string): ListedObject['checksum'] {
  const [algorithm, type] = text.split(' ');
  return text === '' ? undefined : ({ algorithm, type } as ListedObject['checksum']);
}

/** There are only a few kinds of checksum. */
function memoized<Value>(make: (text: string) => Value): (text: string) => Value {
  const made = new Map<string, Value>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const value = make(text);
    made.set(text, value);
    return value;
  };
}
