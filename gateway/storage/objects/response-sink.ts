/** Writes an object's bytes to the answer, at the client's pace. The head goes out with the first byte. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { ResponseStream } from '../../routing/index.ts';

export class ResponseSink {
  readonly #response: ResponseStream;
  readonly #status: number;
  readonly #headers: OutgoingHttpHeaders;
  readonly #signal: AbortSignal;
  #hasHead = false;

  constructor(response: ResponseStream, status: number, headers: OutgoingHttpHeaders, signal: AbortSignal) {
    this.#response = response;
    this.#status = status;
    this.#headers = headers;
    this.#signal = signal;
  }

  /** A promise means: the client is slower; no more until it resolves. It rejects when the client goes away. */
  readonly take = (piece: Buffer): Promise<void> | undefined => {
    this.#sendHead();
    if (this.#response.write(piece)) return undefined;
    return drained(this.#response, this.#signal);
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
}

function drained(response: ResponseStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      response.off('drain', onDrain);
      response.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = () => settle();
    const onClose = () => settle(new Error('The client went away.'));
    const onAbort = () => settle(signal.reason);
    response.once('drain', onDrain);
    response.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
