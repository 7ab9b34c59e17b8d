/**
 * Why a request's signature is refused, in S3's codes and words ("Error responses", Amazon S3 API Reference): clients show
 * them, and some act on them (the region of a malformed header is what they sign with next).
 */
import { S3Error, type S3ErrorCode } from '../errors/index.ts';
import { formatErrorTime } from './amz-date.ts';
import type { ScopeProblem } from './credential-scope.ts';

/** How far a client's clock may be from ours. */
export const MAX_SKEW_MS = 15 * 60_000;

export function onlyOneMechanism(authorization: string): S3Error {
  return refused(
    'InvalidArgument',
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    { ArgumentName: 'Authorization', ArgumentValue: authorization },
  );
}

export function signatureVersionRefused(): S3Error {
  return refused(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );
}

export function versionTwoMalformed(): S3Error {
  return refused('InvalidArgument', 'AWS authorization header is invalid.  Expected AwsAccessKeyId:signature', {
    ArgumentName: 'Authorization',
  });
}

export function unsupportedAuthorization(authorization: string): S3Error {
  return refused('InvalidArgument', 'Unsupported Authorization Type', {
    ArgumentName: 'Authorization',
    ArgumentValue: authorization,
  });
}

export function headerMalformed(problem: ScopeProblem): S3Error {
  return refused(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; ${problem.message}`,
    problem.region === undefined ? {} : { Region: problem.region },
  );
}

export function queryMalformed(message: string): S3Error {
  return refused('AuthorizationQueryParametersError', message);
}

export function queryCredentialMalformed(problem: ScopeProblem): S3Error {
  return refused(
    'AuthorizationQueryParametersError',
    `Error parsing the X-Amz-Credential parameter; ${problem.message}`,
    problem.region === undefined ? {} : { Region: problem.region },
  );
}

/**
 * Ceph's tests of S3 want 403 of a validity that is longer than a week or negative, Amazon's servers say 400; clients tell
 * by the code.
 */
export function validityOutOfRange(message: string): S3Error {
  return refused('AuthorizationQueryParametersError', message, {}, 403);
}

export function formFieldMissing(name: string): S3Error {
  return refused(
    'InvalidArgument',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { ArgumentName: name },
  );
}

export function formFieldWrong(name: string, value: string): S3Error {
  return refused('InvalidArgument', `The form's field '${name}' is not what it must be.`, {
    ArgumentName: name,
    ArgumentValue: value,
  });
}

export function formCredentialMalformed(credential: string, problem: ScopeProblem): S3Error {
  return refused('InvalidArgument', `The form's x-amz-credential is malformed; ${problem.message}`, {
    ArgumentName: 'x-amz-credential',
    ArgumentValue: credential,
    ...(problem.region !== undefined && { Region: problem.region }),
  });
}

export function dateMissing(): S3Error {
  return refused('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
}

export function requestTimeTooSkewed(requestTimeMs: number, nowMs: number): S3Error {
  return refused('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
    RequestTime: formatErrorTime(requestTimeMs),
    ServerTime: formatErrorTime(nowMs),
    MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
  });
}

export function requestExpired(expiresSeconds: number, expiresMs: number, nowMs: number): S3Error {
  return refused('AccessDenied', 'Request has expired', {
    'X-Amz-Expires': String(expiresSeconds),
    Expires: formatErrorTime(expiresMs),
    ServerTime: formatErrorTime(nowMs),
  });
}

export function requestNotYetValid(nowMs: number): S3Error {
  return refused('AccessDenied', 'Request is not valid yet', { ServerTime: formatErrorTime(nowMs) });
}

export function headersNotSigned(names: readonly string[]): S3Error {
  return refused('AccessDenied', 'There were headers present in the request which were not signed', {
    HeadersNotSigned: names.join(', '),
  });
}

export function tokenRefused(token: string): S3Error {
  return refused('InvalidToken', 'The provided token is malformed or otherwise invalid.', { 'Token-0': token });
}

export function contentHashMissing(): S3Error {
  return refused('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
}

export function contentHashMalformed(value: string): S3Error {
  return refused(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value },
  );
}

export function contentHashWithoutSignature(): S3Error {
  return refused('AccessDenied', 'A body that is signed in chunks belongs to a request that is signed.');
}

export function accessKeyUnknown(accessKey: string): S3Error {
  return refused('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
    AWSAccessKeyId: accessKey,
  });
}

/** With what was signed here, so that whoever wrote the client sees where theirs differs. All of it came with the request. */
export function signatureDoesNotMatch(
  accessKey: string,
  provided: string,
  signed: { stringToSign: string; canonicalRequest?: string },
): S3Error {
  const { stringToSign, canonicalRequest } = signed;
  return refused(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      AWSAccessKeyId: accessKey,
      StringToSign: asUtf8(stringToSign),
      SignatureProvided: provided,
      StringToSignBytes: asHexBytes(stringToSign),
      ...(canonicalRequest !== undefined && {
        CanonicalRequest: asUtf8(canonicalRequest),
        CanonicalRequestBytes: asHexBytes(canonicalRequest),
      }),
    },
  );
}

function asUtf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

function asHexBytes(latin1: string): string {
  return Buffer.from(latin1, 'latin1')
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1 ');
}

function refused(code: S3ErrorCode, message: string, elements: Record<string, string> = {}, status?: number): S3Error {
  return new S3Error(code, { message, elements, ...(status !== undefined && { status }) });
}
