/**
 * Digests of large bodies in a thread of their own: MD5 alone, at 0.7 GB/s, would take the main thread as long as all else that
 * it does for a body. Bytes are copied into shared memory, which costs a tenth of that. One thread keeps up with
 * what the main thread can bring; a bounded number of bodies are in it at once, and the others digest where they are.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BodyDigests, type DigestName, type DigestRun } from './body-digests.ts';
import { DigestLane } from './digest-lane.ts';
import type { FromDigestThread, ToDigestThread } from './digest-messages.ts';

/** Below, a body is digested before the thread would have heard of it. */
const MIN_BYTES = 1024 * 1024 + 1;
const MAX_LANES = 16;

export interface DigestThreadOptions {
  /** Default: of this machine. */
  cores?: number;
}

export class DigestThread implements AsyncDisposable {
  readonly #cores: number;
  #worker: Worker | undefined;
  #lanes: DigestLane[] = [];
  #isDisposed = false;

  constructor({ cores = availableParallelism() }: DigestThreadOptions = {}) {
    this.#cores = cores;
  }

  /** Begins the digests of a body of `size` bytes, there or here. */
  begin(names: Iterable<DigestName>, size: number | undefined): DigestRun {
    const isWorthIt = this.#cores > 1 && (size === undefined || size >= MIN_BYTES);
    const lane = isWorthIt ? this.#freeLane() : undefined;
    return lane ? lane.begin([...new Set(names)]) : new BodyDigests(names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const worker = this.#worker;
    this.#lose(new Error('The gateway stops.'));
    await worker?.terminate();
  }

  #freeLane(): DigestLane | undefined {
    if (this.#isDisposed) return undefined;
    const free = this.#lanes.find((lane) => lane.isFree);
    if (free) return free;
    if (this.#lanes.length === MAX_LANES) return undefined;
    const worker = this.#start();
    const lane = new DigestLane(this.#lanes.length, (message: ToDigestThread) => worker.postMessage(message));
    this.#lanes.push(lane);
    return lane;
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./digest-worker.ts', import.meta.url), { name: 'digests' });
    // It ends with the process; bodies that wait for it hold a connection, which keeps the process alive.
    worker.unref();
    worker.on('message', (message: FromDigestThread) => this.#lanes[message.lane]?.receive(message));
    const ended = (error: Error) => {
      if (this.#worker === worker) this.#lose(error);
    };
    worker.on('error', ended);
    worker.on('exit', (code) => ended(new Error(`The digest thread ended with ${code}.`)));
    this.#worker = worker;
    return worker;
  }

  /** The bodies in it fail; the next one gets a new thread. */
  #lose(error: Error): void {
    const lanes = this.#lanes;
    this.#worker = undefined;
    this.#lanes = [];
    for (const lane of lanes) lane.fail(error);
  }
}
