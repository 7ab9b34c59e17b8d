/** As `combine.ts`, for CRCs of 64 bits. */
import { POLYNOMIAL } from './crc64-module.ts';

const ONE = 1n << 63n;
const X = 1n << 62n;

/** A memo: nearly all parts of an upload are equally long. */
let latest = { bytes: 0, power: ONE };

/** CRC-64/NVME of `first` followed by `second`, which is `secondBytes` long, from the CRC-64/NVME of each. */
export function combineCrc64nvme(first: bigint, second: bigint, secondBytes: number): bigint {
  if (latest.bytes !== secondBytes) latest = { bytes: secondBytes, power: powerOfBytes(secondBytes) };
  return multiply(latest.power, first) ^ second;
}

/** `a · b` modulo the polynomial. */
function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = ONE; bit !== 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ POLYNOMIAL : shifted >> 1n;
  }
  return product;
}

/** `x^(8 · bytes)` modulo the polynomial, by repeated squaring. */
function powerOfBytes(bytes: number): bigint {
  let power = ONE;
  let square = multiply(multiply(X, X), multiply(X, X)); // x^4
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    square = multiply(square, square);
    if (left % 2 === 1) power = multiply(power, square);
  }
  return power;
}
