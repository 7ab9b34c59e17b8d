/** Buffers for reading chunks, reused: allocating and zeroing a megabyte costs as much as checking it. */
import { BLOCK_BYTES, BLOCK_HEADER_BYTES } from '../../common/filesystem/index.ts';

/** Blocks read at once. */
export const READ_BLOCKS = 16;
const BUFFER_BYTES = READ_BLOCKS * (BLOCK_HEADER_BYTES + BLOCK_BYTES);

export class ReadBuffers {
  readonly #free: Buffer[] = [];
  readonly #keep: number;

  /** `keep`: buffers held while nobody uses them. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** At least `bytes` long; small ones are not worth keeping. */
  take(bytes: number): Buffer {
    if (bytes <= BUFFER_BYTES / 8) return Buffer.allocUnsafe(bytes);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  /** Nothing may look at it any more. */
  giveBack(buffer: Buffer): void {
    if (buffer.length === BUFFER_BYTES && this.#free.length < this.#keep) this.#free.push(buffer);
  }
}
