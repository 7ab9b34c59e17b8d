/** Buffers of a segment each, reused: fresh memory costs a page fault for every 4 KiB. */
import { SEGMENT_BYTES } from '../../common/filesystem/index.ts';

export class SegmentBuffers {
  readonly #free: Buffer[] = [];
  readonly #keep: number;

  /** `keep`: buffers held while nobody uses them. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SEGMENT_BYTES);
  }

  /** Nothing may look at it any more. */
  giveBack(buffer: Buffer): void {
    if (this.#free.length < this.#keep) this.#free.push(buffer);
  }
}
