/**
 * A body on its way from the connection: decoded where it comes in chunks, digested, and ended well only when everything that
 * was said of it is true. The connection is read from when this is first read, and neither destroyed nor drained by
 * it: an answer must still go out.
 */
import { Readable } from 'node:stream';
import type { DigestRun, Digests } from './body-digests.ts';
import type { ChunkedDecoder } from './chunked-decoder.ts';
import { bodyCut, bodyLengthWrong } from './refusals.ts';

export interface VerifiedStreamOptions {
  source: Readable;
  /** Where the body comes in chunks. */
  decoder: ChunkedDecoder | undefined;
  /** Called when the first byte is asked for. */
  beginDigests: () => DigestRun;
  /** Of the bytes given out, when announced. */
  size: number | undefined;
  /** @throws S3Error when they are not what they were said to be. */
  check(digests: Digests): void;
}

export class VerifiedStream extends Readable {
  readonly #options: VerifiedStreamOptions;
  /** There once the connection is listened to. */
  #digests: DigestRun | undefined;
  #isWaiting = false;
  #hasEnded = false;
  #received = 0;

  constructor(options: VerifiedStreamOptions) {
    super({ highWaterMark: 256 * 1024 });
    this.#options = options;
  }

  override _read(): void {
    const { source } = this.#options;
    if (!this.#digests) this.#listen(source);
    else if (!this.#isWaiting) source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const { source } = this.#options;
    source.off('data', this.#onData);
    source.off('end', this.#onEnd);
    source.off('close', this.#onCut);
    // The error listener stays: what comes later is nobody else's.
    source.pause();
    this.#digests?.abandon();
    callback(error);
  }

  #listen(source: Readable): void {
    this.#digests = this.#options.beginDigests();
    source.on('error', this.#onCut);
    source.on('close', this.#onCut);
    source.on('end', this.#onEnd);
    source.on('data', this.#onData);
    if (source.readableEnded) this.#onEnd();
    else if (source.destroyed) this.#onCut();
  }

  readonly #onData = (piece: Buffer): void => {
    const { decoder, source } = this.#options;
    let isFull = false;
    let waits: Promise<void> | undefined;
    const take = (bytes: Buffer): void => {
      this.#received += bytes.length;
      waits = this.#digests?.update(bytes) ?? waits;
      isFull = !this.push(bytes) || isFull;
    };
    try {
      if (decoder) decoder.write(piece, take);
      else take(piece);
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    if (isFull || waits) source.pause();
    if (waits) this.#wait(waits, source);
  };

  #wait(waits: Promise<void>, source: Readable): void {
    this.#isWaiting = true;
    waits.then(
      () => {
        this.#isWaiting = false;
        if (!this.destroyed && this.readableLength < this.readableHighWaterMark) source.resume();
      },
      (error: Error) => this.destroy(error),
    );
  }

  readonly #onEnd = (): void => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#finish().then(
      () => this.push(null),
      (error: Error) => this.destroy(error),
    );
  };

  async #finish(): Promise<void> {
    const { decoder, size, check } = this.#options;
    decoder?.end();
    if (size !== undefined && this.#received !== size) throw bodyLengthWrong('Content-Length');
    const digested = this.#digests?.finish();
    if (digested) check(digested instanceof Promise ? await digested : digested);
  }

  readonly #onCut = (): void => {
    if (!this.#hasEnded) this.destroy(bodyCut());
  };
}
