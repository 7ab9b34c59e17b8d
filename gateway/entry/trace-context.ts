/** Request ids and W3C Trace Context (Level 1): taken from the caller when well-formed, made otherwise. */
import type { Random } from '../../common/ids/index.ts';

const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export function isRequestId(value: unknown): value is string {
  return typeof value === 'string' && REQUEST_ID.test(value);
}

export function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && TRACEPARENT.test(value);
}

/** A new trace, not sampled. */
export function makeTraceparent(random: Random): string {
  const hex = Buffer.from(random.bytes(24)).toString('hex');
  // All zeros are not an id; the odds of that are those of guessing a key, and a set bit costs nothing.
  return `00-${hex.slice(0, 31)}1-${hex.slice(32, 47)}1-00`;
}
