/** What control and the gateway's own parts throw, in S3's words: the one place where the two vocabularies meet. */
import { type AppError, toAppError } from '../../../../common/errors/index.ts';
import type { S3ErrorCode } from './codes.ts';
import { S3Error, type S3ErrorOptions } from './s3-error.ts';

/** By `AppError.code`. The detail is shown instead of S3's words where it says more. */
const BY_CODE: Readonly<Record<string, S3ErrorCode>> = {
  'access-key-expired': 'InvalidAccessKeyId',
  'access-key-invalid': 'InvalidAccessKeyId',
  'bad-digest': 'BadDigest',
  'body-too-slow': 'RequestTimeout',
  'bucket-exists': 'BucketAlreadyExists',
  'bucket-exists-already-yours': 'BucketAlreadyOwnedByYou',
  'bucket-not-empty': 'BucketNotEmpty',
  'control-unavailable': 'ServiceUnavailable',
  'copy-onto-itself': 'InvalidRequest',
  'delete-marker': 'NoSuchKey',
  'delete-marker-version': 'MethodNotAllowed',
  'entity-too-small': 'EntityTooSmall',
  forbidden: 'AccessDenied',
  'headers-too-large': 'RequestHeaderSectionTooLarge',
  'incomplete-body': 'IncompleteBody',
  'invalid-argument': 'InvalidArgument',
  'invalid-bucket-name': 'InvalidBucketName',
  'invalid-bucket-state': 'InvalidBucketState',
  'invalid-key': 'InvalidURI',
  'invalid-part': 'InvalidPart',
  'invalid-part-order': 'InvalidPartOrder',
  'invalid-path': 'InvalidURI',
  'invalid-request': 'InvalidRequest',
  'invalid-setting': 'MalformedXML',
  'invalid-tag': 'InvalidTag',
  'invalid-version': 'InvalidArgument',
  'key-too-long': 'KeyTooLongError',
  'invalid-text': 'InvalidArgument',
  'malformed-policy': 'MalformedPolicy',
  'malformed-xml': 'MalformedXML',
  'metadata-too-large': 'MetadataTooLarge',
  'method-not-allowed': 'MethodNotAllowed',
  'no-such-bucket': 'NoSuchBucket',
  'no-such-key': 'NoSuchKey',
  'no-such-namespace': 'AccessDenied',
  'no-such-object': 'NoSuchKey',
  'no-such-upload': 'NoSuchUpload',
  'no-such-version': 'NoSuchVersion',
  'not-implemented': 'NotImplemented',
  'not-modified': 'NotModified',
  'precondition-failed': 'PreconditionFailed',
  'quota-exceeded': 'QuotaExceeded',
  'range-not-satisfiable': 'InvalidRange',
  'short-body': 'IncompleteBody',
  'too-large': 'EntityTooLarge',
  'too-many-requests': 'SlowDown',
  'too-many-buckets': 'TooManyBuckets',
  unauthenticated: 'AccessDenied',
  'uri-too-long': 'URITooLong',
};

/** What is not of a known code is told by its status. */
const BY_STATUS: Readonly<Record<number, S3ErrorCode>> = {
  400: 'InvalidRequest',
  401: 'AccessDenied',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'OperationAborted',
  412: 'PreconditionFailed',
  413: 'EntityTooLarge',
  414: 'URITooLong',
  416: 'InvalidRange',
  422: 'InvalidRequest',
  429: 'SlowDown',
  431: 'RequestHeaderSectionTooLarge',
  501: 'NotImplemented',
};

/** Codes whose own detail tells more than S3's words do. */
const DETAILED: ReadonlySet<S3ErrorCode> = new Set([
  'BadDigest',
  'InvalidArgument',
  'InvalidRequest',
  'InvalidTag',
  'InvalidURI',
  'MalformedPolicy',
  'NotImplemented',
  'QuotaExceeded',
  'ServiceUnavailable',
]);

/** Anything thrown, as S3 says it; what nobody foresaw is an InternalError that shows nothing of the inside. */
export function toS3Error(thrown: unknown): S3Error {
  if (thrown instanceof S3Error) return thrown;
  const error = toAppError(thrown);
  const code = codeOf(error);
  const options: S3ErrorOptions = { cause: thrown, headers: headersOf(error) };
  const { condition } = error.fields ?? {};
  if (code === 'PreconditionFailed' && condition !== undefined) options.elements = { Condition: condition };
  if (DETAILED.has(code)) options.message = error.message;
  return new S3Error(code, options);
}

function codeOf(error: AppError): S3ErrorCode {
  const known = BY_CODE[error.code] ?? BY_STATUS[error.status];
  if (known) return known;
  // Of 503 and 504 clients know that trying again makes sense; of 507 too, once there is room.
  return [503, 504, 507].includes(error.status) ? 'ServiceUnavailable' : 'InternalError';
}

function headersOf(error: AppError): Record<string, string> {
  const headers: Record<string, string> = {};
  // S3 leaves it out; told plainly, it saves whoever deleted a key the question whether versions of it are left.
  if (error.code === 'no-such-key') headers['x-amz-delete-marker'] = 'false';
  if (error.code === 'delete-marker' || error.code === 'delete-marker-version') {
    const { versionId, modifiedAt } = error.fields ?? {};
    headers['x-amz-delete-marker'] = 'true';
    if (versionId !== undefined) headers['x-amz-version-id'] = versionId;
    if (modifiedAt !== undefined) headers['last-modified'] = new Date(modifiedAt).toUTCString();
    if (error.code === 'delete-marker-version') headers.allow = 'DELETE';
  }
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds));
  return headers;
}
