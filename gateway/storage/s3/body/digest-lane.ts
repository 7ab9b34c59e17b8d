/** One body's way to the digest thread at a time: its bytes are copied into shared slots, which the thread frees in turn. */
import type { DigestName, DigestRun, Digests } from './body-digests.ts';
import {
  type FromDigestThread,
  LANE_BYTES,
  SLOT_BYTES,
  SLOTS_PER_LANE,
  type ToDigestThread,
} from './digest-messages.ts';

type Say = (message: ToDigestThread) => void;

export class DigestLane {
  readonly #lane: number;
  readonly #say: Say;
  readonly #memory: Buffer;
  #run: LaneRun | undefined;

  constructor(lane: number, say: Say) {
    this.#lane = lane;
    this.#say = say;
    const memory = new SharedArrayBuffer(LANE_BYTES);
    this.#memory = Buffer.from(memory);
    say({ kind: 'lane', lane, memory });
  }

  get isFree(): boolean {
    return this.#run === undefined;
  }

  begin(names: readonly DigestName[]): DigestRun {
    const run = new LaneRun(this.#lane, this.#memory, this.#say);
    this.#run = run;
    this.#say({ kind: 'begin', lane: this.#lane, names });
    return run;
  }

  receive(message: FromDigestThread): void {
    const run = this.#run;
    if (message.kind === 'taken') {
      run?.taken();
      return;
    }
    // Only now: what a body that was abandoned had sent is not in the slots any more.
    this.#run = undefined;
    run?.ended(new Map((message.digests ?? []).map(([name, digest]) => [name, Buffer.from(digest)])));
  }

  fail(error: Error): void {
    this.#run?.fail(error);
  }
}

class LaneRun implements DigestRun {
  readonly #lane: number;
  readonly #memory: Buffer;
  readonly #say: Say;
  /** Of the slot that is being filled. */
  #slot = 0;
  #filled = 0;
  /** Slots that the thread has not taken yet. */
  #sent = 0;
  #isOver = false;
  #error: Error | undefined;
  #copying: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  readonly #result = Promise.withResolvers<Digests>();

  constructor(lane: number, memory: Buffer, say: Say) {
    this.#lane = lane;
    this.#memory = memory;
    this.#say = say;
    // Whoever abandons it does not ask for it.
    this.#result.promise.catch(() => undefined);
  }

  update(piece: Buffer): void | Promise<void> {
    if (!this.#copying) {
      const copied = this.#copy(piece, 0);
      if (copied === piece.length) return;
      this.#copying = this.#copyRest(piece, copied);
    } else {
      this.#copying = this.#copying.then(() => this.#copyRest(piece, 0));
    }
    const copying = this.#copying.then(() => {
      if (this.#copying === copying) this.#copying = undefined;
    });
    this.#copying = copying;
    return copying;
  }

  async finish(): Promise<Digests> {
    await this.#copying;
    this.#throwIfFailed();
    if (this.#filled > 0) this.#send();
    this.#isOver = true;
    this.#say({ kind: 'finish', lane: this.#lane });
    return await this.#result.promise;
  }

  abandon(): void {
    if (this.#isOver || this.#error) return;
    this.fail(new Error('The body was abandoned.'));
    this.#say({ kind: 'abandon', lane: this.#lane });
  }

  taken(): void {
    this.#sent -= 1;
    this.#wake?.();
  }

  ended(digests: Digests): void {
    this.#result.resolve(digests);
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.#result.reject(this.#error);
    this.#wake?.();
  }

  /** Copies what there is room for; how far it came. */
  #copy(piece: Buffer, from: number): number {
    let at = from;
    while (at < piece.length && this.#sent < SLOTS_PER_LANE) {
      const start = this.#slot * SLOT_BYTES + this.#filled;
      const copied = piece.copy(this.#memory, start, at, at + SLOT_BYTES - this.#filled);
      at += copied;
      this.#filled += copied;
      if (this.#filled === SLOT_BYTES) this.#send();
    }
    return at;
  }

  async #copyRest(piece: Buffer, from: number): Promise<void> {
    this.#throwIfFailed();
    let at = this.#copy(piece, from);
    while (at < piece.length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#throwIfFailed();
      at = this.#copy(piece, at);
    }
  }

  #send(): void {
    this.#say({ kind: 'bytes', lane: this.#lane, length: this.#filled });
    this.#slot = (this.#slot + 1) % SLOTS_PER_LANE;
    this.#filled = 0;
    this.#sent += 1;
  }

  #throwIfFailed(): void {
    if (this.#error) throw this.#error;
  }
}
