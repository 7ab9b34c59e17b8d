/** A signature as a request carries it, and whether it is the one that the request must have. */
import type { KeyObject } from 'node:crypto';
import {
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  type HeaderValues,
  type RequestToSign,
  sortedQuery,
  stringToSign,
} from './canonical-request.ts';
import { headersNotSigned } from './refusals.ts';
import { isSameSignature, sign } from './signature.ts';

export interface GivenSignature {
  amzDate: string;
  /** `<date>/<region>/s3/aws4_request`. */
  scope: string;
  /** Lower case, in order. */
  signedHeaders: readonly string[];
  /** Lower-case hex. */
  signature: string;
  /** What the body was said to be: the last line of the canonical request. */
  payloadHash: string;
  isPresigned: boolean;
}

export interface SignedText {
  canonicalRequest: string;
  stringToSign: string;
}

/**
 * What is signed of a request: canonically encoded, and, where that is something else, as it was sent, for clients that
 * leave more characters as they are than SigV4 does. Either names every byte of the request.
 */
export function* signedTexts(
  request: RequestToSign,
  headers: HeaderValues,
  given: GivenSignature,
): Generator<SignedText, void> {
  const without = given.isPresigned ? 'X-Amz-Signature' : undefined;
  const path = canonicalPath(request.rawPath);
  const query = canonicalQuery(request.rawQuery, without);
  yield textOf(request, headers, given, path, query);
  const querySent = sortedQuery(request.rawQuery, without);
  if (path !== request.rawPath || query !== querySent) {
    yield textOf(request, headers, given, request.rawPath, querySent);
  }
}

function textOf(
  request: RequestToSign,
  headers: HeaderValues,
  given: GivenSignature,
  path: string,
  query: string,
): SignedText {
  const { signedHeaders, payloadHash } = given;
  const canonical = canonicalRequest({ method: request.method, path, query, headers, signedHeaders, payloadHash });
  return { canonicalRequest: canonical, stringToSign: stringToSign(given.amzDate, given.scope, canonical) };
}

/** Undefined when the signature is right; else what it should have been made of. */
export function mismatchOf(
  request: RequestToSign,
  headers: HeaderValues,
  given: GivenSignature,
  signingKey: KeyObject,
): SignedText | undefined {
  let first: SignedText | undefined;
  for (const text of signedTexts(request, headers, given)) {
    if (isSameSignature(sign(signingKey, text.stringToSign), given.signature)) return undefined;
    first ??= text;
  }
  return first;
}

/**
 * The host and every `x-amz-` header must be signed: whoever takes a signature off the wire could else turn a request to
 * another host, or a PUT into a copy.
 * @throws S3Error AccessDenied
 */
export function checkSignedHeaders(headers: HeaderValues, signedHeaders: readonly string[]): void {
  const missing = signedHeaders.includes('host') ? [] : ['host'];
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) missing.push(name);
  }
  if (missing.length > 0) throw headersNotSigned(missing);
}
