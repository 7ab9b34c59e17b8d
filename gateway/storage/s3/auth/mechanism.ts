/** In which of its ways a request says who makes it. More than one at once is refused: they could name two people. */
import type { S3Query } from '../s3-query.ts';
import { ALGORITHM } from './authorization-header.ts';
import type { HeaderValues } from './canonical-request.ts';
import {
  onlyOneMechanism,
  signatureVersionRefused,
  unsupportedAuthorization,
  versionTwoMalformed,
} from './refusals.ts';

export type Mechanism = { kind: 'anonymous' } | { kind: 'header'; authorization: string } | { kind: 'query' };

/** @throws S3Error for Signature Version 2, another scheme, and more than one at once. */
export function findMechanism(headers: HeaderValues, query: S3Query): Mechanism {
  const authorizations = headers.get('authorization') ?? [];
  const authorization = authorizations[0]?.trim() ?? '';
  const isPresigned = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature') || query.has('X-Amz-Credential');
  const isVersionTwoQuery = query.has('AWSAccessKeyId') && query.has('Signature');
  const said = [authorization !== '', isPresigned, isVersionTwoQuery].filter(Boolean).length;
  if (said > 1 || authorizations.length > 1) throw onlyOneMechanism(authorization);
  if (isVersionTwoQuery) throw signatureVersionRefused();
  if (isPresigned) return { kind: 'query' };
  if (authorization === '') return { kind: 'anonymous' };
  const scheme = authorization.split(' ', 1)[0] ?? '';
  if (scheme === ALGORITHM) return { kind: 'header', authorization };
  if (scheme === 'AWS') {
    throw /^AWS [^\s:]+:\S+$/.test(authorization) ? signatureVersionRefused() : versionTwoMalformed();
  }
  // Signature Version 4A is one of these.
  if (scheme.startsWith('AWS4-')) throw signatureVersionRefused();
  throw unsupportedAuthorization(authorization);
}
