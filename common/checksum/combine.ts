/**
 * The checksum of two runs of bytes from the checksums of each, without going over the bytes again. A CRC is the rest of
 * a division of polynomials over GF(2): bytes that follow multiply what came before by x^8 each.
 */

/** Polynomials have their lowest power in the highest bit, as the checksums are kept. */
const ONE = 0x80000000;
const X = 0x40000000;

class Crc32Combiner {
  readonly #polynomial: number;
  /** A memo: nearly all runs are full blocks, full segments or full parts. */
  #latest = { bytes: 0, power: ONE };

  constructor(polynomial: number) {
    this.#polynomial = polynomial;
  }

  combine(first: number, second: number, secondBytes: number): number {
    if (this.#latest.bytes !== secondBytes) {
      this.#latest = { bytes: secondBytes, power: this.#powerOfBytes(secondBytes) };
    }
    return (this.#multiply(this.#latest.power, first) ^ second) >>> 0;
  }

  /** `a · b` modulo the polynomial. */
  #multiply(a: number, b: number): number {
    let product = 0;
    let shifted = b;
    for (let bit = ONE; bit !== 0; bit >>>= 1) {
      if (a & bit) product ^= shifted;
      shifted = shifted & 1 ? (shifted >>> 1) ^ this.#polynomial : shifted >>> 1;
    }
    return product >>> 0;
  }

  /** `x^(8 · bytes)` modulo the polynomial, by repeated squaring. */
  #powerOfBytes(bytes: number): number {
    let power = ONE;
    const squareOfX = this.#multiply(X, X);
    let square = this.#multiply(squareOfX, squareOfX); // x^4
    for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
      square = this.#multiply(square, square);
      if (left % 2 === 1) power = this.#multiply(power, square);
    }
    return power;
  }
}

/** RFC 3720 §12.1. */
const crc32c = new Crc32Combiner(0x82f63b78);
/** ISO 3309, as of zip and Ethernet. */
const crc32 = new Crc32Combiner(0xedb88320);

/** CRC-32C of `first` followed by `second`, which is `secondBytes` long, from the CRC-32C of each. */
export function combineCrc32c(first: number, second: number, secondBytes: number): number {
  return crc32c.combine(first, second, secondBytes);
}

/** The same for CRC-32. */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  return crc32.combine(first, second, secondBytes);
}
