/**
 * One connection for GETs of large bodies, one after the other. The bytes are decrypted straight into large buffers and
 * come out in large pieces: a general HTTP client makes a buffer, and runs through a parser and two streams, for every
 * TLS record of 16 KiB, which costs as much as all the encryption (docs/internals/data-path.md, "What it costs").
 */
import { Readable } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { BadGateway, Unavailable } from '../errors/index.ts';
import { parseAnswerHead } from './answer-head.ts';

export interface Download {
  status: number;
  body: Readable;
}

/** A piece has at most so much; also what is read ahead of whoever takes the pieces. */
const PIECE_BYTES = 512 * 1024;
/** A buffer with less room than a TLS record is full: records would be handed over in two parts. */
const RECORD_BYTES = 16 * 1024;
const HEAD_BYTES = 16 * 1024;
/** What a connection holds while it is idle: the next answer's head, and its first bytes, come into it. */
const IDLE_BUFFER_BYTES = 4 * RECORD_BYTES;

export class DownloadConnection {
  readonly #socket: TLSSocket;
  readonly #name: string;
  #buffer = Buffer.allocUnsafeSlow(IDLE_BUFFER_BYTES);
  /** Bytes of the buffer that were given out, and those that hold something. */
  #given = 0;
  #filled = 0;
  #asked: PromiseWithResolvers<Download> | undefined;
  #body: Readable | undefined;
  /** Bytes of the body that are not yet given out. */
  #left = 0;
  #flush: NodeJS.Immediate | undefined;
  #wasUsed = false;
  #onIdle: () => void = () => undefined;

  constructor(options: ConnectionOptions & { host: string; port: number }) {
    this.#name = `${options.host}:${options.port}`;
    this.#socket = connect({
      ...options,
      onread: { buffer: () => this.#room(), callback: (bytes: number) => this.#take(bytes) },
    } as ConnectionOptions);
    this.#socket.on('error', (error) =>
      this.#fail(new Unavailable(`${this.#name} cannot be reached.`, { cause: error })),
    );
    this.#socket.on('timeout', () => this.#fail(new Unavailable(`${this.#name} did not connect in time.`)));
    this.#socket.on('close', () => this.#fail(new Unavailable(`${this.#name} ended the connection.`)));
    this.#socket.on('secureConnect', () => this.#socket.setTimeout(0));
  }

  /** Whether it has answered before: then a failure may only mean that it was idle for too long. */
  get wasUsed(): boolean {
    return this.#wasUsed;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  /** Ends it when nothing is asked for within `timeoutMs` from now. */
  expireAfter(timeoutMs: number): void {
    this.#socket.setTimeout(timeoutMs);
  }

  /** The answer's head and body; `onIdle` is called when the connection can be used again. One at a time. */
  async get(path: string, headers: Record<string, string>, onIdle: () => void): Promise<Download> {
    this.#asked = Promise.withResolvers<Download>();
    this.#onIdle = onIdle;
    if (this.#wasUsed) this.#socket.setTimeout(0);
    const lines = Object.entries({ host: this.#name, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    this.#socket.resume();
    return await this.#asked.promise;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #room(): Buffer {
    return this.#buffer.subarray(this.#filled);
  }

  /** Called for every TLS record: keep it short. False: no more for now. */
  #take(bytes: number): boolean {
    this.#filled += bytes;
    try {
      if (this.#asked && !this.#takeHead()) return true;
      return this.#giveOut();
    } catch (error) {
      this.#fail(error as Error);
      return false;
    }
  }

  #takeHead(): boolean {
    const found = parseAnswerHead(this.#buffer.subarray(this.#given, this.#filled));
    if (!found) {
      if (this.#filled - this.#given > HEAD_BYTES) throw new BadGateway(`${this.#name} sent too long a head.`);
      return false;
    }
    this.#given += found.bytes;
    this.#left = found.contentLength;
    this.#wasUsed = true;
    const body = new Readable({
      highWaterMark: PIECE_BYTES,
      read: () => void this.#socket.resume(),
      destroy: (error, done) => {
        if (this.#body === body) this.#socket.destroy();
        done(error);
      },
    });
    this.#body = body;
    this.#asked?.resolve({ status: found.status, body });
    this.#asked = undefined;
    return true;
  }

  #giveOut(): boolean {
    const body = this.#body;
    const here = this.#filled - this.#given;
    if (!body || here > this.#left) throw new BadGateway(`${this.#name} sent more than it announced.`);
    if (here === this.#left) {
      this.#push(body);
      this.#body = undefined;
      body.push(null);
      this.#renewBuffer(IDLE_BUFFER_BYTES);
      this.#onIdle();
      return true;
    }
    if (this.#buffer.length - this.#filled < RECORD_BYTES) return this.#push(body);
    // What came with one wake-up goes out together, however little it is: nothing waits for a full piece.
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined;
      if (this.#body && !this.#push(this.#body)) this.#socket.pause();
    });
    return true;
  }

  #push(body: Readable): boolean {
    const piece = this.#buffer.subarray(this.#given, this.#filled);
    this.#left -= piece.length;
    if (this.#buffer.length - this.#filled < RECORD_BYTES) {
      this.#renewBuffer(Math.min(PIECE_BYTES, this.#left + 2 * RECORD_BYTES));
    } else {
      this.#given = this.#filled;
    }
    return piece.length === 0 || body.push(piece);
  }

  #renewBuffer(bytes: number): void {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
    this.#given = 0;
    this.#filled = 0;
  }

  #fail(error: Error): void {
    this.#asked?.reject(error);
    this.#asked = undefined;
    const body = this.#body;
    this.#body = undefined;
    body?.destroy(error);
    if (this.#flush) clearImmediate(this.#flush);
    this.#socket.destroy();
  }
}
