/**
 * A request body taken in large pieces: what arrives in 16 to 64 KiB is copied once, into the caller's buffer, and the
 * connection is paused whenever there is none. One promise per buffer instead of one per piece.
 */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../common/clock/index.ts';
import { InvalidInput, RequestTimeout } from '../../../common/errors/index.ts';

export interface BodyReaderOptions {
  clock: Clock;
  /** Bytes announced, when they were. */
  expectedBytes?: number | undefined;
  /** How long nothing may arrive while it is waited for. */
  stallMs: number;
  /** Called with the bytes received so far. */
  onProgress?: (receivedBytes: number) => void;
  /** Given every piece, in order: for checksums of the body. */
  onPiece?: (piece: Buffer) => void;
  /** The stream's errors say what is wrong with the body; without it they are those of a connection, which was cut. */
  errorsTell?: boolean;
  /** A body cut short counts as ended where it was cut (`wasCut`), instead of failing. */
  toleratesCut?: boolean;
  /** Aborted when the client has gone, which the body itself does not always tell once an answer was begun. */
  signal?: AbortSignal;
}

interface Filling {
  into: Buffer;
  filled: number;
  resolve(filled: number): void;
  reject(error: unknown): void;
}

export class BodyReader implements Disposable {
  readonly #body: Readable;
  readonly #options: BodyReaderOptions;
  #left: Buffer | undefined;
  #filling: Filling | undefined;
  #peeking: PromiseWithResolvers<boolean> | undefined;
  #hasEnded = false;
  #wasCut = false;
  #error: unknown;
  #received = 0;
  #stallTimer: Disposable | undefined;
  #lastMoveMs = 0;

  constructor(body: Readable, options: BodyReaderOptions) {
    this.#body = body;
    this.#options = options;
    body.on('data', this.#onData);
    body.on('end', this.#onEnd);
    body.on('error', this.#onError);
    body.on('close', this.#onCut);
    options.signal?.addEventListener('abort', this.#onCut);
    body.pause();
    if (body.readableEnded) this.#onEnd();
    else if (body.errored) this.#onError(body.errored);
    else if (body.destroyed || options.signal?.aborted) this.#onCut();
  }

  /** Bytes taken off the connection so far. */
  get received(): number {
    return this.#received;
  }

  /** Whether the body ended before all of it was here (only with `toleratesCut`). */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /**
   * Fills `into` from its beginning; resolves with the bytes in it, fewer than its length only at the end of the body.
   * @throws InvalidInput when the body is cut short or not of the announced length; RequestTimeout when it stalls.
   */
  fill(into: Buffer): Promise<number> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#filling = { into, filled: 0, resolve, reject };
      const left = this.#left;
      this.#left = undefined;
      if (left) this.#take(left);
      this.#goOn();
    });
  }

  /** All that is left, which must be `length` bytes, and the end behind them. @throws as `fill` does. */
  async rest(length: number): Promise<Buffer<ArrayBuffer>> {
    const into = Buffer.allocUnsafe(length);
    const filled = length === 0 ? 0 : await this.fill(into);
    if (filled < length) throw shortBody(filled, length);
    if (await this.isAtEnd()) return into;
    throw new InvalidInput(`The body is longer than the ${length} bytes that were announced.`);
  }

  /** Whether all bytes have been given out; waits for the next ones when that cannot be known yet. */
  isAtEnd(): Promise<boolean> | boolean {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#left) return false;
    if (this.#hasEnded || this.#received === this.#options.expectedBytes) return true;
    this.#peeking = Promise.withResolvers<boolean>();
    this.#goOn();
    return this.#peeking.promise;
  }

  /** Ends a wait with `error`, because what the bytes were for has failed. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.#settle();
  }

  [Symbol.dispose](): void {
    this.#stallTimer?.[Symbol.dispose]();
    this.#body.off('data', this.#onData);
    this.#body.off('end', this.#onEnd);
    this.#body.off('close', this.#onCut);
    this.#options.signal?.removeEventListener('abort', this.#onCut);
    // The error listener stays: an error that comes after we left has nobody else, and nothing more to say.
    this.fail(new InvalidInput('The body is not read any more.'));
  }

  readonly #onData = (piece: Buffer): void => {
    this.#received += piece.length;
    this.#lastMoveMs = this.#options.clock.monotonic();
    const { expectedBytes, onProgress, onPiece } = this.#options;
    if (expectedBytes !== undefined && this.#received > expectedBytes) {
      this.fail(new InvalidInput(`The body is longer than the ${expectedBytes} bytes that were announced.`));
      return;
    }
    onProgress?.(this.#received);
    onPiece?.(piece);
    this.#take(piece);
  };

  readonly #onEnd = (): void => {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { expectedBytes } = this.#options;
    if (expectedBytes !== undefined && this.#received < expectedBytes) {
      if (this.#options.toleratesCut) this.#wasCut = true;
      else this.#error ??= shortBody(this.#received, expectedBytes);
    }
    this.#settle();
  };

  readonly #onError = (error: unknown): void => {
    if (this.#options.errorsTell) this.fail(error);
    else this.#onCut();
  };

  readonly #onCut = (): void => {
    if (this.#hasEnded || this.#error !== undefined) return;
    if (this.#options.toleratesCut) {
      this.#wasCut = true;
      this.#hasEnded = true;
    } else if (this.#received !== this.#options.expectedBytes) {
      this.#error = shortBody(this.#received, this.#options.expectedBytes);
    }
    this.#settle();
  };

  #take(piece: Buffer): void {
    const filling = this.#filling;
    if (!filling) {
      // At most one piece: the stream is paused whenever nobody fills.
      this.#left = this.#left ? Buffer.concat([this.#left, piece]) : piece;
      this.#body.pause();
      this.#settlePeek();
      return;
    }
    const taken = Math.min(piece.length, filling.into.length - filling.filled);
    piece.copy(filling.into, filling.filled, 0, taken);
    filling.filled += taken;
    if (taken < piece.length) this.#left = piece.subarray(taken);
    if (filling.filled === filling.into.length) {
      this.#filling = undefined;
      this.#body.pause();
      filling.resolve(filling.filled);
    } else if (this.#received === this.#options.expectedBytes) {
      this.#filling = undefined;
      filling.resolve(filling.filled);
    }
  }

  #goOn(): void {
    if (this.#hasEnded || this.#error !== undefined) {
      this.#settle();
      return;
    }
    if (!this.#filling && !this.#peeking) return;
    this.#lastMoveMs = this.#options.clock.monotonic();
    this.#watch();
    this.#body.resume();
  }

  #settle(): void {
    this.#settlePeek();
    const filling = this.#filling;
    if (!filling) return;
    this.#filling = undefined;
    if (this.#error !== undefined) filling.reject(this.#error);
    else filling.resolve(filling.filled);
  }

  #settlePeek(): void {
    const peeking = this.#peeking;
    if (!peeking) return;
    this.#peeking = undefined;
    if (this.#error !== undefined) peeking.reject(this.#error);
    else peeking.resolve(!this.#left);
  }

  /** One timer for the whole body, looking now and then, instead of one per piece. */
  #watch(): void {
    const { clock, stallMs } = this.#options;
    this.#stallTimer ??= clock.setTimer(stallMs / 2, () => {
      this.#stallTimer = undefined;
      if (!this.#filling && !this.#peeking) return;
      if (clock.monotonic() - this.#lastMoveMs >= stallMs) {
        this.fail(new RequestTimeout('No more of the body came for too long; send it again.'));
      } else {
        this.#watch();
      }
    });
  }
}

function shortBody(received: number, expected: number | undefined): InvalidInput {
  const announced = expected === undefined ? '' : ` of ${expected} bytes`;
  return new InvalidInput(`The body ended after ${received}${announced}; nothing was stored.`, { code: 'short-body' });
}
