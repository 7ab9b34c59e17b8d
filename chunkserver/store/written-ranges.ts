/** Which payload bytes of a chunk of its own were written: segments may arrive out of order and more than once. */
export class WrittenRanges {
  /** Disjoint, not adjacent, ascending. */
  #ranges: { from: number; to: number }[] = [];

  add(from: number, to: number): void {
    const apart = this.#ranges.filter((range) => range.to < from || range.from > to);
    const touching = this.#ranges.filter((range) => range.to >= from && range.from <= to);
    apart.push({
      from: Math.min(from, ...touching.map((range) => range.from)),
      to: Math.max(to, ...touching.map((range) => range.to)),
    });
    this.#ranges = apart.sort((a, b) => a.from - b.from);
  }

  /** Bytes written from the beginning without a hole. */
  get contiguous(): number {
    const [first] = this.#ranges;
    return first?.from === 0 ? first.to : 0;
  }

  /** One past the last byte written. */
  get end(): number {
    return this.#ranges.at(-1)?.to ?? 0;
  }
}
