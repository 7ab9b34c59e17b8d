/** A person's HTTP client for whole-system tests: trusts the bramble's authority, carries a token, hashes what it moves. */
import { createHash, type Hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface Download {
  status: number;
  bytes?: number;
  sha256?: string;
  /** What the answer said when it was not the object. */
  problem?: string;
}

export class TestClient implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #url: string;
  token: string | undefined;

  constructor(bramble: { url: string; caFile: string }, token?: string) {
    const ca = readFileSync(bramble.caFile, 'utf8');
    this.#agent = new Agent({ connect: { ca }, connections: 64, headersTimeout: 60_000, bodyTimeout: 60_000 });
    this.#url = bramble.url;
    this.token = token;
  }

  async send(
    method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    options: {
      body?: string | Buffer | Readable | object;
      headers?: Record<string, string>;
      signal?: AbortSignal;
    } = {},
  ): Promise<Answer> {
    const isJson = options.body?.constructor === Object;
    const response = await request(this.#url + path, {
      dispatcher: this.#agent,
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(isJson && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: isJson ? JSON.stringify(options.body) : ((options.body as string | Buffer | Readable | undefined) ?? null),
      ...(options.signal && { signal: options.signal }),
    });
    const body = Buffer.from(await response.body.arrayBuffer());
    return { status: response.statusCode, headers: response.headers, body };
  }

  /** The parsed answer. @throws Error when it is not 2xx. */
  async json<Value>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Value> {
    const answer = await this.send(method, path, body ? { body } : {});
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body.toString('utf8')) as Value;
  }

  /** Reads an object without keeping it. */
  async download(path: string): Promise<Download> {
    const response = await request(this.#url + path, {
      dispatcher: this.#agent,
      headers: this.token === undefined ? {} : { authorization: `Bearer ${this.token}` },
    });
    if (response.statusCode >= 400) return { status: response.statusCode, problem: await response.body.text() };
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of response.body as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
    }
    return { status: response.statusCode, bytes, sha256: hash.digest('hex') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

/** `size` bytes that only `seed` determines, as a stream and with the hash of what was read from it. */
export function seededStream(size: number, seed: number): { stream: Readable; hash: Hash } {
  const hash = createHash('sha256');
  const block = seededBytes(1 << 20, seed);
  let left = size;
  let count = 0;
  const stream = new Readable({
    highWaterMark: 1 << 20,
    read() {
      if (left === 0) {
        this.push(null);
        return;
      }
      const piece = Buffer.from(block.subarray(0, Math.min(left, block.length)));
      // Every block differs, so that blocks in the wrong place do not go unseen.
      if (piece.length >= 4) piece.writeUInt32LE(count);
      count += 1;
      left -= piece.length;
      hash.update(piece);
      this.push(piece);
    },
  });
  return { stream, hash };
}

/** Bytes that only `seed` determines (xorshift32). */
export function seededBytes(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  const next = seededNumbers(seed);
  for (let index = 0; index + 4 <= size; index += 4) bytes.writeUInt32LE(next(), index);
  return bytes;
}

/** A sequence of unsigned 32-bit numbers that only `seed` determines. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
