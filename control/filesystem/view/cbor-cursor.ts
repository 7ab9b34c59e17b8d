/**
 * Goes over CBOR (RFC 8949 §3) item by item, and makes values only of those that are asked for: a listing wants three short
 * fields of each of a thousand records. It reads what `encodeCbor` writes: definite lengths, no tags.
 */
import assert from 'node:assert/strict';

const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const SIMPLE = 7;

export class CborCursor {
  readonly #bytes: Buffer;
  #at = 0;
  /** Of the head that was read last. */
  #major = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Goes into an array; how many items it has. */
  array(): number {
    const count = this.#head();
    assert(this.#major === ARRAY);
    return count;
  }

  /** The same, and 0 for what is no array, which is left behind. */
  arrayOrNothing(): number {
    const begin = this.#at;
    const count = this.#head();
    if (this.#major === ARRAY) return count;
    this.#at = begin;
    this.skip();
    return 0;
  }

  /** Of 0 and above, whole or not. */
  number(): number {
    const value = this.#head();
    assert(this.#major === UNSIGNED || this.#major === SIMPLE);
    return value;
  }

  text(): string {
    const length = this.#head();
    assert(this.#major === TEXT);
    const begin = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', begin, this.#at);
  }

  /** The next item, whatever is in it. */
  skip(): void {
    for (let left = 1; left > 0; left -= 1) {
      const value = this.#head();
      if (this.#major === BYTES || this.#major === TEXT) this.#at += value;
      else if (this.#major === ARRAY) left += value;
      else if (this.#major === MAP) left += 2 * value;
    }
  }

  /** A number's value, or how much there is of what follows. */
  #head(): number {
    const bytes = this.#bytes;
    const first = bytes.readUInt8(this.#at);
    this.#at += 1;
    this.#major = first >> 5;
    const short = first & 0x1f;
    if (short < 24) return short;
    const isFloat = this.#major === SIMPLE;
    const at = this.#at;
    switch (short) {
      case 24:
        this.#at += 1;
        return bytes.readUInt8(at);
      case 25:
        assert(!isFloat);
        this.#at += 2;
        return bytes.readUInt16BE(at);
      case 26:
        this.#at += 4;
        return isFloat ? bytes.readFloatBE(at) : bytes.readUInt32BE(at);
      case 27:
        this.#at += 8;
        return isFloat ? bytes.readDoubleBE(at) : Number(bytes.readBigUInt64BE(at));
      default:
        throw new Error(`No CBOR that is written here begins with ${first}.`);
    }
  }
}
