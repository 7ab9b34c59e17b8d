/** A signature in the query ("Authenticating Requests: Using Query Parameters", Amazon S3 API Reference). */

import type { S3Query } from '../s3-query.ts';
import { parseAmzDate } from './amz-date.ts';
import { ALGORITHM, parseSignedHeaders } from './authorization-header.ts';

export interface PresignedQuery {
  credential: string;
  amzDate: string;
  signedAtMs: number;
  expiresSeconds: number;
  /** Lower case, in order. */
  signedHeaders: string[];
  /** Lower-case hex. */
  signature: string;
}

/** A week, in seconds. */
const MAX_EXPIRES_SECONDS = 604_800;
const REQUIRED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-Date',
  'X-Amz-SignedHeaders',
  'X-Amz-Expires',
] as const;

/** The query's parts, or why it has none, in S3's words; `isOutOfRange` of a validity that cannot be. */
export function parsePresignedQuery(query: S3Query): PresignedQuery | { problem: string; isOutOfRange?: true } {
  if (REQUIRED.some((name) => !query.get(name))) {
    return {
      problem:
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    };
  }
  const twice = REQUIRED.find((name) => query.entries.filter(([other]) => other === name).length > 1);
  if (twice) return { problem: `${twice} must be specified only once` };
  const of = (name: (typeof REQUIRED)[number]) => query.get(name) ?? '';
  if (of('X-Amz-Algorithm') !== ALGORITHM) return { problem: `X-Amz-Algorithm only supports "${ALGORITHM}"` };
  const signedAtMs = parseAmzDate(of('X-Amz-Date'));
  if (signedAtMs === undefined) {
    return { problem: "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"" };
  }
  const expires = of('X-Amz-Expires');
  if (/^-\d+$/.test(expires)) return { problem: 'X-Amz-Expires must be non-negative', isOutOfRange: true };
  if (!/^\d{1,12}$/.test(expires)) return { problem: 'X-Amz-Expires should be a number' };
  if (Number(expires) > MAX_EXPIRES_SECONDS) {
    return {
      problem: `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES_SECONDS} seconds`,
      isOutOfRange: true,
    };
  }
  return {
    credential: of('X-Amz-Credential'),
    amzDate: of('X-Amz-Date'),
    signedAtMs,
    expiresSeconds: Number(expires),
    signedHeaders: parseSignedHeaders(of('X-Amz-SignedHeaders')),
    signature: of('X-Amz-Signature').toLowerCase(),
  };
}
