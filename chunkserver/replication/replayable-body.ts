/**
 * A body kept in memory while it arrives, which any number of readers take from the beginning, as it arrives: the next
 * of the chain first, and another one when that one fails. Bounded by the one who fills it.
 */
import { Readable } from 'node:stream';

export class ReplayableBody {
  readonly length: number;
  readonly #pieces: Uint8Array[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #received = 0;
  #failure: Error | undefined;
  #waiting: (() => void)[] = [];

  /** `length`: bytes it will have. */
  constructor(length: number) {
    this.length = length;
    this.#ended.promise.catch(() => undefined); // also told to readers; nobody need ask for it here
  }

  static of(pieces: readonly Uint8Array[]): ReplayableBody {
    const body = new ReplayableBody(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
    for (const piece of pieces) body.push(piece);
    return body;
  }

  get received(): number {
    return this.#received;
  }

  /** What ended it before it was complete. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves when it has arrived completely; rejects as it failed. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
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
    let index = 0;
    let taken = 0;
    const stream = new Readable({
      highWaterMark: STREAM_BUFFER_BYTES,
      read: () => {
        for (;;) {
          const piece = this.#pieces[index];
          if (!piece) break;
          index += 1;
          taken += piece.byteLength;
          onProgress(taken);
          if (!stream.push(piece)) return;
        }
        if (this.#failure) stream.destroy(this.#failure);
        else if (taken === this.length) stream.push(null);
        else this.#waiting.push(() => stream._read(STREAM_BUFFER_BYTES));
      },
    });
    return stream;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

const STREAM_BUFFER_BYTES = 256 * 1024;
