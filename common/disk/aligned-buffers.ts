/**
 * A bounded number of buffers that begin at a page of memory, as direct writes need them. Node's own buffers begin
 * anywhere; the memory of a WebAssembly module begins at a page, and costs nothing until it is touched.
 */
const WASM_PAGE_BYTES = 64 * 1024;

export class AlignedBuffers {
  readonly #bytes: number;
  readonly #count: number;
  #free: Buffer[] | undefined;

  /** `count` buffers of `bytes` each, a multiple of 64 KiB. */
  constructor(count: number, bytes: number) {
    this.#count = count;
    this.#bytes = bytes;
  }

  /** The caller's until `giveBack`; undefined while all are in use. */
  take(): Buffer | undefined {
    this.#free ??= this.#make();
    return this.#free.pop();
  }

  giveBack(buffer: Buffer): void {
    this.#free?.push(buffer);
  }

  #make(): Buffer[] {
    const pages = (this.#count * this.#bytes) / WASM_PAGE_BYTES;
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    return Array.from({ length: this.#count }, (_, index) => Buffer.from(buffer, index * this.#bytes, this.#bytes));
  }
}
