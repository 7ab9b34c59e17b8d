/** Holds a form's file to the length that its policy allows, while it passes by. */
import { Transform, type TransformCallback } from 'node:stream';
import { S3Error } from '../errors/index.ts';
import { MAX_PUT_BYTES } from '../objects/named-object.ts';
import type { LengthRange } from './post-policy.ts';

export class FileLength extends Transform {
  readonly #min: number;
  readonly #max: number;
  #length = 0;

  constructor(range: LengthRange | undefined) {
    super({ highWaterMark: 256 * 1024 });
    this.#min = range?.min ?? 0;
    this.#max = Math.min(range?.max ?? MAX_PUT_BYTES, MAX_PUT_BYTES);
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#length += piece.length;
    if (this.#length > this.#max) callback(this.#refused('EntityTooLarge', { MaxSizeAllowed: String(this.#max) }));
    else callback(null, piece);
  }

  override _flush(callback: TransformCallback): void {
    if (this.#length < this.#min) callback(this.#refused('EntityTooSmall', { MinSizeAllowed: String(this.#min) }));
    else callback();
  }

  #refused(code: 'EntityTooLarge' | 'EntityTooSmall', limit: Record<string, string>): S3Error {
    return new S3Error(code, { elements: { ProposedSize: String(this.#length), ...limit } });
  }
}
