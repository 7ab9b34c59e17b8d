/** One kind of record in the view: its keys begin with a byte of its own, its values have a compact form. */
export interface Table<Value> {
  readonly prefix: number;
  /** Bytes at a key's end that order the records of one group, which share all before: a table with groups can be scanned. */
  readonly suffixBytes?: number;
  encode(value: Value): Buffer;
  decode(bytes: Buffer): Value;
}

export interface Entry<Value> {
  key: Buffer;
  value: Value;
}

/** Reads of the view as it is, or as a draft would have it. Values are never changed in place. */
export interface Source {
  get<Value>(table: Table<Value>, key: Buffer): Value | undefined;
  /** The records of a group in the order of their keys, read as they are asked for: nothing is changed meanwhile. */
  scan<Value>(table: Table<Value>, group: Buffer): Iterable<Entry<Value>>;
}

/** `prefix`, then the pieces one behind the other. */
export function keyOf(table: Pick<Table<unknown>, 'prefix'>, ...pieces: readonly (Uint8Array | string)[]): Buffer {
  let length = 1;
  for (const piece of pieces) length += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
  const key = Buffer.allocUnsafe(length);
  key[0] = table.prefix;
  let at = 1;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      at += key.write(piece, at, 'utf8');
    } else {
      key.set(piece, at);
      at += piece.length;
    }
  }
  return key;
}

/** Above every key that begins with `key`: what follows in a key is UTF-8 or begins below 0xff. */
export function endOf(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.of(0xff)]);
}
