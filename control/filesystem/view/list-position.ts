/** Where in the order of keys a page of a listing begins. */
import { KEY_BYTES } from '../../../common/filesystem/index.ts';
import { endOf } from './table.ts';

/** No key has a NUL: the next possible one after a key is this byte longer. */
const LOWEST_BYTE = Buffer.of(1);

/**
 * Strictly behind `after`; where it reaches behind the prefix up to a delimiter, behind all that have this common prefix.
 * All three are bytes of UTF-8, `after` perhaps longer than any key.
 */
export function positionAfter(after: Buffer, prefix: Buffer, delimiter: Buffer): Buffer {
  const common = after.subarray(0, prefix.length).equals(prefix) ? commonPrefix(after, prefix, delimiter) : undefined;
  return common ? endOf(common.subarray(0, KEY_BYTES)) : Buffer.concat([after.subarray(0, KEY_BYTES), LOWEST_BYTE]);
}

/** What the key has up to and with the first delimiter behind the prefix. */
export function commonPrefix(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  const at = delimiter.length > 0 ? key.indexOf(delimiter, prefix.length) : -1;
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length);
}
