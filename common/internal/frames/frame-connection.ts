/** The caller's side of one connection: any number of calls in flight, answered in any order, each with its deadline. */
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../../clock/index.ts';
import { type AppError, GatewayTimeout, Unavailable } from '../../errors/index.ts';
import { encodeFrame, FRAMES_PROTOCOL, type Frame, FrameDecoder } from './frame-codec.ts';
import { FrameWriter } from './frame-writer.ts';

export interface FrameCall {
  path: string;
  requestId: string;
  head: Uint8Array;
  body: readonly Uint8Array[];
}

export interface FrameLimits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Calls in flight; more are refused. */
const MAX_CALLS = 4096;
/** Bytes that the other side has not taken yet; more are refused. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;
/** A machine that went away without a word is noticed by the kernel, even when nothing is asked of it. */
const KEEP_ALIVE_MS = 15_000;

interface Pending {
  resolve(answer: Frame): void;
  reject(error: unknown): void;
}

export class FrameConnection {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #socket: TLSSocket;
  readonly #writer: FrameWriter;
  readonly #decoder = new FrameDecoder();
  readonly #pending = new Map<number, Pending>();
  /** Calls that wait for the handshake: nothing is said before the other side has shown who it is. */
  #unsent: Map<number, Buffer> | undefined = new Map();
  #unsentBytes = 0;
  #latestCall = 0;
  /** Grows with all that is heard. */
  #heard = 0;
  #isRetired = false;

  /** `name`: of the other side, for errors. */
  constructor(options: ConnectionOptions & { host: string; port: number }, name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
    const socket = connect({ ...options, ALPNProtocols: [FRAMES_PROTOCOL] });
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once('secureConnect', () => this.#greet());
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('timeout', () => this.#fail(new Unavailable(`${name} did not connect in time.`)));
    socket.on('error', (error) => this.#fail(new Unavailable(`${name} cannot be reached.`, { cause: error })));
    socket.on('close', () => this.#fail(new Unavailable(`${name} ended the connection.`)));
  }

  /** Whether new calls may go this way. */
  get isUsable(): boolean {
    return !this.#isRetired && !this.#socket.destroyed;
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  /** The frame that answers. @throws Unavailable, GatewayTimeout, or the signal's reason. */
  send({ path, requestId, head, body }: FrameCall, { timeoutMs, signal }: FrameLimits): Promise<Frame> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#pending.size >= MAX_CALLS || this.#unsentBytes + this.#socket.writableLength > MAX_UNSENT_BYTES) {
      return Promise.reject(new Unavailable(`Too many calls wait for ${this.#name}; try again soon.`));
    }
    const call = this.#nextNumber();
    const frame = encodeFrame({ kind: 'call', call, path, requestId, head, body });
    return new Promise((resolve, reject) => {
      const heardBefore = this.#heard;
      const giveUp = (reason: unknown) => {
        settle();
        if (this.#unsent?.delete(call)) this.#unsentBytes -= frame.length;
        else this.#write(encodeFrame({ kind: 'cancel', call }));
        reject(reason);
        this.#endWhenDone();
      };
      const onAbort = () => giveUp(signal?.reason);
      const deadline = this.#clock.setTimer(Math.ceil(timeoutMs), () => {
        // A peer that says nothing at all may be gone without the kernel knowing: new calls connect anew.
        if (heardBefore === this.#heard) this.#isRetired = true;
        giveUp(new GatewayTimeout(`${this.#name} did not answer in time.`));
      });
      const settle = () => {
        this.#pending.delete(call);
        deadline[Symbol.dispose]();
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(call, {
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      if (this.#unsent) {
        this.#unsent.set(call, frame);
        this.#unsentBytes += frame.length;
      } else this.#write(frame);
    });
  }

  /** Ends as soon as what is in flight has been answered. */
  retire(): void {
    this.#isRetired = true;
    this.#endWhenDone();
  }

  destroy(): void {
    this.#fail(new Unavailable(`The connection to ${this.#name} was closed here.`));
  }

  #nextNumber(): number {
    do this.#latestCall = (this.#latestCall + 1) >>> 0;
    while (this.#pending.has(this.#latestCall));
    return this.#latestCall;
  }

  #greet(): void {
    if (this.#socket.alpnProtocol !== FRAMES_PROTOCOL) {
      this.#fail(new Unavailable(`${this.#name} does not speak ${FRAMES_PROTOCOL}.`));
      return;
    }
    // It was there for the handshake; from here on every call has a deadline of its own.
    this.#socket.setTimeout(0);
    const unsent = this.#unsent?.values() ?? [];
    this.#unsent = undefined;
    this.#unsentBytes = 0;
    for (const frame of unsent) this.#write(frame);
  }

  #write(frame: Buffer): void {
    this.#writer.write(frame);
  }

  #take(bytes: Buffer): void {
    this.#heard += 1;
    try {
      this.#decoder.push(bytes, (frame) => {
        // Unknown numbers are those of calls that were given up.
        this.#pending.get(frame.call)?.resolve(frame);
      });
    } catch (error) {
      this.#fail(error as AppError);
      return;
    }
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#isRetired && this.#pending.size === 0) this.#socket.end();
  }

  #fail(error: AppError): void {
    this.#isRetired = true;
    this.#unsent?.clear();
    for (const pending of [...this.#pending.values()]) pending.reject(error);
    this.#socket.destroy();
  }
}
