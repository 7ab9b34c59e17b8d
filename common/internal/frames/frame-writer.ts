/** Writes what comes in one turn of the event loop together: one pass of encryption, one system call. */
import type { TLSSocket } from 'node:tls';

export class FrameWriter {
  readonly #socket: TLSSocket;
  #isCorked = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  write(frame: Buffer): void {
    if (this.#socket.destroyed) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
  }
}
