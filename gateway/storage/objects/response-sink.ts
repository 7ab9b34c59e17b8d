/** Writes an object's bytes to the answer, at the client's pace. The head goes out with the first byte. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { ResponseStream } from '../../routing/index.ts';

export class ResponseSink {
  readonly #response: ResponseStream;
  readonly #status: number;
  readonly #headers: OutgoingHttpHeaders;
  readonly #signal: AbortSignal;
  #hasHead = false;
  /** Pieces given to the connection that have not left yet. */
  #unsent = 0;
  #onSent: (() => void) | undefined;

  constructor(response: ResponseStream, status: number, headers: OutgoingHttpHeaders, signal: AbortSignal) {
    this.#response = response;
    this.#status = status;
    this.#headers = headers;
    this.#signal = signal;
  }

  /**
   * A promise means: the client is slower; no more until it resolves. It rejects when the client goes away. One piece is
   * on its way and one may wait: Node would copy several that wait into one before it encrypts them.
   */
  readonly take = (piece: Buffer): Promise<void> | undefined => {
    this.#sendHead();
    this.#unsent += 1;
    this.#response.write(piece, () => {
      this.#unsent -= 1;
      this.#onSent?.();
    });
    return this.#unsent < 2 ? undefined : this.#untilSent();
  };

  /** Ends the answer, with `bytes` when all of it is at hand. */
  async end(bytes?: Uint8Array): Promise<void> {
    this.#sendHead();
    await new Promise<void>((resolve, reject) => {
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) reject(this.#signal.reason ?? new Error('The client went away.'));
      });
      if (bytes) this.#response.end(bytes, () => resolve());
      else this.#response.end(() => resolve());
    });
  }

  #sendHead(): void {
    if (this.#hasHead) return;
    this.#hasHead = true;
    this.#response.writeHead(this.#status, this.#headers);
  }

  #untilSent(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => {
        this.#onSent = undefined;
        this.#response.off('close', onClose);
        this.#signal.removeEventListener('abort', onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onClose = () => settle(new Error('The client went away.'));
      const onAbort = () => settle(this.#signal.reason);
      this.#onSent = settle;
      this.#response.once('close', onClose);
      this.#signal.addEventListener('abort', onAbort, { once: true });
      if (this.#signal.aborted) onAbort();
      else if (this.#response.destroyed) onClose();
    });
  }
}
