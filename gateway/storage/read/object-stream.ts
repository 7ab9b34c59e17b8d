/** What is read of an object as a stream, no faster than it is taken. Nothing is read before it is asked for. */
import { Readable } from 'node:stream';
import type { Sink } from './pump.ts';

export interface ObjectStreamOptions {
  /** Gives all bytes to the sink, and resolves behind the last one. */
  read(sink: Sink, signal: AbortSignal): Promise<void>;
  /** Given every piece, in order, before it can be read. */
  onPiece?: (piece: Buffer) => void;
}

export class ObjectStream extends Readable {
  readonly #options: ObjectStreamOptions;
  readonly #stop = new AbortController();
  #isReading = false;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(options: ObjectStreamOptions) {
    super({ highWaterMark: 1024 * 1024 });
    this.#options = options;
  }

  override _read(): void {
    this.#room?.resolve();
    this.#room = undefined;
    if (this.#isReading) return;
    this.#isReading = true;
    this.#options.read(this.#take, this.#stop.signal).then(
      () => this.push(null),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#stop.abort(error ?? new Error('The stream is not read any more.'));
    this.#room?.resolve();
    callback(error);
  }

  readonly #take = (piece: Buffer): Promise<void> | undefined => {
    this.#stop.signal.throwIfAborted();
    this.#options.onPiece?.(piece);
    if (this.push(piece)) return undefined;
    this.#room = Promise.withResolvers<void>();
    return this.#room.promise;
  };
}
