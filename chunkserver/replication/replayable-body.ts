/**
 * A body kept in memory while it arrives, which any number of readers take from the beginning, as it arrives: the next
 * of the chain first, and another one when that one fails.
 *
 * It lies in one buffer. Copying each arriving piece there costs less than keeping the pieces: those would outlive
 * young garbage collections by the thousand, and each would be a write of its own to the next replica.
 */
import { Readable } from 'node:stream';

export class ReplayableBody {
  readonly #buffer: Buffer;
  readonly #ended = Promise.withResolvers<void>();
  #received = 0;
  #failure: Error | undefined;
  #waiting: (() => void)[] = [];

  /** Arrives in `buffer`, which is as long as the body will be. */
  constructor(buffer: Buffer) {
    this.#buffer = buffer;
    this.#ended.promise.catch(() => undefined); // readers are told as well; nobody need ask for it here
  }

  /** One that is there already. */
  static whole(buffer: Buffer): ReplayableBody {
    const body = new ReplayableBody(buffer);
    body.#received = buffer.length;
    body.#ended.resolve();
    return body;
  }

  /** Bytes it will have. */
  get length(): number {
    return this.#buffer.length;
  }

  get received(): number {
    return this.#received;
  }

  /** What has arrived, from `from` to `to`. */
  view(from: number, to: number): Buffer {
    return this.#buffer.subarray(from, Math.min(to, this.#received));
  }

  /** What ended it before it was complete. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves when it has arrived completely; rejects as it failed. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Takes a copy of what has arrived. */
  push(piece: Uint8Array): void {
    if (this.#failure || this.#received + piece.byteLength > this.length) return;
    this.#buffer.set(piece, this.#received);
    this.#received += piece.byteLength;
    if (this.#received === this.length) this.#ended.resolve();
    this.#wake();
  }

  fail(error: Error): void {
    if (this.#received === this.length || this.#failure) return;
    this.#failure = error;
    this.#ended.reject(error);
    this.#wake();
  }

  /** A stream of the whole body. `onProgress` is told how much of it was taken. */
  stream(onProgress: (taken: number) => void): Readable {
    let taken = 0;
    const read = () => {
      if (this.#failure) {
        stream.destroy(this.#failure);
      } else if (taken === this.length) {
        stream.push(null);
      } else if (this.#received - taken >= Math.min(STREAM_PIECE_BYTES, this.length - taken)) {
        const piece = this.#buffer.subarray(taken, Math.min(this.#received, taken + STREAM_BUFFER_BYTES));
        taken += piece.length;
        onProgress(taken);
        stream.push(piece);
      } else {
        this.#waiting.push(read);
      }
    };
    const stream = new Readable({ highWaterMark: STREAM_BUFFER_BYTES, read });
    return stream;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** Forwarded at once at least, so that a write to the network is worth its system call. */
const STREAM_PIECE_BYTES = 128 * 1024;
const STREAM_BUFFER_BYTES = 512 * 1024;
