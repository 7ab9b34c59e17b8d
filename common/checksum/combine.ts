/**
 * The checksum of two runs of bytes from the checksums of each, without going over the bytes again. A CRC is the rest of
 * a division of polynomials over GF(2): bytes that follow multiply what came before by x^8 each.
 */

/** CRC-32C's polynomial with the lowest power in the highest bit, as its checksums are kept (RFC 3720 §12.1). */
const POLYNOMIAL = 0x82f63b78;
const ONE = 0x80000000;
const X = 0x40000000;

/** `a · b` modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}

/** `x^(8 · bytes)` modulo the polynomial, by repeated squaring. */
function powerOfBytes(bytes: number): number {
  let power = ONE;
  let square = multiply(multiply(X, X), multiply(X, X)); // x^4
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    square = multiply(square, square);
    if (left % 2 === 1) power = multiply(power, square);
  }
  return power;
}

/** A memo: nearly all runs are full blocks or full segments. */
let latest = { bytes: 0, power: ONE };

/** CRC-32C of `first` followed by `second`, which is `secondBytes` long, from the CRC-32C of each. */
export function combineCrc32c(first: number, second: number, secondBytes: number): number {
  if (latest.bytes !== secondBytes) latest = { bytes: secondBytes, power: powerOfBytes(secondBytes) };
  return (multiply(latest.power, first) ^ second) >>> 0;
}
