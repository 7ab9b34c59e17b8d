import { describe, expect, test } from 'vitest';
import { AppError, NotFound, Unavailable } from '../../../../common/errors/index.ts';
import { errorDocument, S3Error, toS3Error } from './index.ts';

const app = (code: string, status: number) => new AppError(code, status, 'Title', 'The detail.');

describe('what control says, in S3’s words', () => {
  test.each([
    ['no-such-bucket', 404, 'NoSuchBucket', 404],
    ['no-such-key', 404, 'NoSuchKey', 404],
    ['no-such-version', 404, 'NoSuchVersion', 404],
    ['delete-marker', 404, 'NoSuchKey', 404],
    ['delete-marker-version', 405, 'MethodNotAllowed', 405],
    ['bucket-exists', 409, 'BucketAlreadyExists', 409],
    ['bucket-exists-already-yours', 409, 'BucketAlreadyOwnedByYou', 409],
    ['bucket-not-empty', 409, 'BucketNotEmpty', 409],
    ['invalid-bucket-name', 400, 'InvalidBucketName', 400],
    ['no-such-upload', 404, 'NoSuchUpload', 404],
    ['invalid-part', 400, 'InvalidPart', 400],
    ['invalid-part-order', 400, 'InvalidPartOrder', 400],
    ['entity-too-small', 400, 'EntityTooSmall', 400],
    ['bad-digest', 400, 'BadDigest', 400],
    ['precondition-failed', 412, 'PreconditionFailed', 412],
    ['quota-exceeded', 403, 'QuotaExceeded', 403],
    ['forbidden', 403, 'AccessDenied', 403],
    ['unauthenticated', 401, 'AccessDenied', 403],
    ['malformed-policy', 400, 'MalformedPolicy', 400],
    ['malformed-xml', 400, 'MalformedXML', 400],
    ['invalid-argument', 400, 'InvalidArgument', 400],
    ['too-many-requests', 429, 'SlowDown', 503],
    ['unavailable', 503, 'ServiceUnavailable', 503],
    ['insufficient-storage', 507, 'ServiceUnavailable', 503],
    ['gateway-timeout', 504, 'ServiceUnavailable', 503],
    ['body-too-slow', 408, 'RequestTimeout', 400],
    ['something-new', 409, 'OperationAborted', 409],
    ['something-new', 418, 'InternalError', 500],
    ['bad-gateway', 502, 'InternalError', 500],
  ])('%s (%s) is %s (%s)', (code, status, s3Code, s3Status) => {
    expect(toS3Error(app(code, status))).toMatchObject({ code: s3Code, status: s3Status });
  });

  test('a detail is shown only where it says more than S3 does, and nothing of the inside is', () => {
    expect(toS3Error(app('quota-exceeded', 403)).message).toBe('The detail.');
    expect(toS3Error(app('no-such-key', 404)).message).toBe('The specified key does not exist.');
    expect(toS3Error(new Error('password=1')).message).not.toContain('password');
  });

  test('what is S3’s already stays as it is; when to try again is a header', () => {
    const error = new S3Error('SlowDown');
    expect(toS3Error(error)).toBe(error);
    expect(toS3Error(new Unavailable('Later.')).headers).toEqual({ 'retry-after': '2' });
  });
});

test('a document names what it is about, escaped', () => {
  const error = toS3Error(new NotFound('No.', { code: 'no-such-key' }));
  const context = { resource: '/b/<k>', requestId: 'r', hostId: 'h', bucket: 'b', key: '<k>' };
  expect(errorDocument(error, context)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>' +
      '<Key>&lt;k&gt;</Key><Resource>/b/&lt;k&gt;</Resource><RequestId>r</RequestId><HostId>h</HostId></Error>',
  );
});
