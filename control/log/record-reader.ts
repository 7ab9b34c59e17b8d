/** Reads the records of a segment one behind the other, in large pieces. */
import type { DiskFile } from '../../common/disk/index.ts';
import { isPayloadWhole, payloadLengthAt, RECORD_HEADER_BYTES } from './record.ts';

const PIECE_BYTES = 256 * 1024;

export type ReadRecord =
  /** The payload is valid until the next call. */
  | { kind: 'record'; offset: number; end: number; payload: Buffer }
  /** Nothing but zeros in a header's place, or the file's end: no more records were written. */
  | { kind: 'end'; offset: number }
  | { kind: 'broken'; offset: number; problem: string };

export class RecordReader {
  readonly #file: DiskFile;
  readonly #salt: number;
  readonly #end: number;
  #buffer = Buffer.alloc(0);
  /** Where in the file the buffer begins. */
  #base: number;
  #at: number;

  /** From byte `start` on, never beyond `end`. */
  constructor(file: DiskFile, salt: number, start: number, end: number) {
    this.#file = file;
    this.#salt = salt;
    this.#base = start;
    this.#at = start;
    this.#end = end;
  }

  async next(): Promise<ReadRecord> {
    const offset = this.#at;
    if (!this.#has(RECORD_HEADER_BYTES)) await this.#fill(RECORD_HEADER_BYTES);
    const from = offset - this.#base;
    const header = this.#buffer.subarray(from, from + RECORD_HEADER_BYTES);
    if (header.every((byte) => byte === 0)) return { kind: 'end', offset };
    if (header.byteLength < RECORD_HEADER_BYTES) return { kind: 'broken', offset, problem: 'a record is cut off' };
    const length = payloadLengthAt(this.#buffer, from, this.#salt);
    if (length === undefined) return { kind: 'broken', offset, problem: "a record's header has a wrong checksum" };
    const total = RECORD_HEADER_BYTES + length;
    if (!this.#has(total)) await this.#fill(total);
    const at = offset - this.#base;
    if (!this.#has(total)) return { kind: 'broken', offset, problem: 'a record is cut off' };
    if (!isPayloadWhole(this.#buffer, at, length)) {
      return { kind: 'broken', offset, problem: "a record's content has a wrong checksum" };
    }
    this.#at = offset + total;
    return {
      kind: 'record',
      offset,
      end: this.#at,
      payload: this.#buffer.subarray(at + RECORD_HEADER_BYTES, at + total),
    };
  }

  #has(bytes: number): boolean {
    return this.#at + bytes <= this.#base + this.#buffer.byteLength;
  }

  async #fill(bytes: number): Promise<void> {
    const wanted = Math.min(Math.max(bytes, PIECE_BYTES), Math.max(0, this.#end - this.#at));
    const buffer = Buffer.allocUnsafe(wanted);
    const read = await this.#file.read(buffer, this.#at);
    this.#buffer = buffer.subarray(0, read);
    this.#base = this.#at;
  }
}
