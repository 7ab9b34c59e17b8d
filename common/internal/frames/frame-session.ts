/** The answering side of one connection of frames. Calls are carried out side by side, within bounds. */
import type { TLSSocket } from 'node:tls';
import type { AppError } from '../../errors/index.ts';
import type { SpiffeId } from '../../identity/index.ts';
import { type Frame, FrameDecoder } from './frame-codec.ts';
import { FrameWriter } from './frame-writer.ts';

/** Calls carried out at once, and the bytes that they hold; while there are more, nothing is read. */
const MAX_CALLS = 1024;
const MAX_BYTES = 64 * 1024 * 1024;

export interface FrameSessionOptions {
  socket: TLSSocket;
  peer: SpiffeId;
  /** The frame that answers, encoded. Never throws: what goes wrong is an answer as well. */
  answer(call: Frame, peer: SpiffeId, signal: AbortSignal): Promise<Buffer>;
  /** The other side does not keep to the protocol. */
  onViolation(error: AppError): void;
}

export class FrameSession {
  readonly #options: FrameSessionOptions;
  readonly #writer: FrameWriter;
  readonly #decoder = new FrameDecoder();
  /** Those that somebody waits for. */
  readonly #calls = new Map<number, AbortController>();
  #running = 0;
  #bytes = 0;
  #isClosing = false;

  constructor(options: FrameSessionOptions) {
    this.#options = options;
    const { socket } = options;
    this.#writer = new FrameWriter(socket);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('drain', () => this.#goOn());
    socket.on('end', () => socket.end());
    // Its end is told by 'close'; why it ended is of no use to anyone here.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const call of this.#calls.values()) call.abort(new Error('The caller went away.'));
    });
  }

  onClose(listener: () => void): void {
    this.#options.socket.once('close', listener);
  }

  /** Ends once what is being carried out has been answered. */
  close(): void {
    this.#isClosing = true;
    this.#endWhenDone();
  }

  destroy(): void {
    this.#options.socket.destroy();
  }

  #take(bytes: Buffer): void {
    try {
      this.#decoder.push(bytes, (frame) => this.#accept(frame));
    } catch (error) {
      this.#options.onViolation(error as AppError);
      this.destroy();
      return;
    }
    if (this.#isFull) this.#options.socket.pause();
  }

  #accept(frame: Frame): void {
    if (frame.kind === 'call') void this.#carryOut(frame);
    else if (frame.kind === 'cancel') this.#cancel(frame.call);
  }

  #cancel(call: number): void {
    this.#calls.get(call)?.abort(new Error('The caller gave up.'));
    this.#calls.delete(call);
    this.#endWhenDone();
  }

  async #carryOut(frame: Frame): Promise<void> {
    const { call } = frame;
    const size = frame.head.length + frame.body.length;
    const controller = new AbortController();
    this.#calls.set(call, controller);
    this.#running += 1;
    this.#bytes += size;
    const answer = await this.#options.answer(frame, this.#options.peer, controller.signal);
    this.#running -= 1;
    this.#bytes -= size;
    if (this.#calls.get(call) === controller) {
      this.#calls.delete(call);
      this.#writer.write(answer);
      this.#endWhenDone();
    }
    this.#goOn();
  }

  #endWhenDone(): void {
    if (this.#isClosing && this.#calls.size === 0) this.#options.socket.end();
  }

  #goOn(): void {
    const { socket } = this.#options;
    if (socket.isPaused() && !this.#isFull) socket.resume();
  }

  get #isFull(): boolean {
    return this.#running >= MAX_CALLS || this.#bytes >= MAX_BYTES || this.#options.socket.writableNeedDrain;
  }
}
