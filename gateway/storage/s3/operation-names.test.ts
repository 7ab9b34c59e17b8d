import { expect, test } from 'vitest';
import { operationNameOf } from './operation-names.ts';
import { OPERATIONS } from './operations.ts';
import { S3Query } from './s3-query.ts';

function nameOf(asked: string, headers: Record<string, string> = {}): string {
  const [method = '', target = ''] = asked.split(' ');
  const [path = '', query] = target.split('?');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(path) ?? [];
  return operationNameOf(method, { bucket, key }, S3Query.parse(query), headers);
}

test.each([
  ['GET /', 'ListBuckets'],
  ['GET /?max-buckets=1&x-id=ListBuckets', 'ListBuckets'],
  ['PUT /b', 'CreateBucket'],
  ['HEAD /b', 'HeadBucket'],
  ['DELETE /b', 'DeleteBucket'],
  ['GET /b', 'ListObjects'],
  ['GET /b?prefix=acl&delimiter=/', 'ListObjects'],
  ['GET /b?list-type=2&prefix=', 'ListObjectsV2'],
  ['GET /b?versions&prefix=x', 'ListObjectVersions'],
  ['GET /b?uploads', 'ListMultipartUploads'],
  ['POST /b?delete', 'DeleteObjects'],
  ['POST /b', 'PostObject'],
  ['GET /b?location', 'GetBucketLocation'],
  ['GET /b?versioning', 'GetBucketVersioning'],
  ['PUT /b?versioning', 'PutBucketVersioning'],
  ['GET /b?tagging', 'GetBucketTagging'],
  ['PUT /b?tagging', 'PutBucketTagging'],
  ['DELETE /b?tagging', 'DeleteBucketTagging'],
  ['GET /b?cors', 'GetBucketCors'],
  ['PUT /b?cors', 'PutBucketCors'],
  ['DELETE /b?cors', 'DeleteBucketCors'],
  ['GET /b?lifecycle', 'GetBucketLifecycleConfiguration'],
  ['PUT /b?lifecycle', 'PutBucketLifecycleConfiguration'],
  ['DELETE /b?lifecycle', 'DeleteBucketLifecycle'],
  ['GET /b?policy', 'GetBucketPolicy'],
  ['PUT /b?policy', 'PutBucketPolicy'],
  ['DELETE /b?policy', 'DeleteBucketPolicy'],
  ['GET /b?policyStatus', 'GetBucketPolicyStatus'],
  ['GET /b?website', 'GetBucketWebsite'],
  ['PUT /b?website', 'PutBucketWebsite'],
  ['DELETE /b?website', 'DeleteBucketWebsite'],
  ['GET /b?notification', 'GetBucketNotificationConfiguration'],
  ['PUT /b?notification', 'PutBucketNotificationConfiguration'],
  ['GET /b?acl', 'GetBucketAcl'],
  ['PUT /b?acl', 'PutBucketAcl'],
  ['GET /b?ownershipControls', 'GetBucketOwnershipControls'],
  ['PUT /b?ownershipControls', 'PutBucketOwnershipControls'],
  ['DELETE /b?ownershipControls', 'DeleteBucketOwnershipControls'],
  ['GET /b?requestPayment', 'GetBucketRequestPayment'],
  ['GET /b?logging', 'GetBucketLogging'],
  ['GET /b?accelerate', 'GetBucketAccelerateConfiguration'],
  ['GET /b?encryption', 'GetBucketEncryption'],
  ['GET /b?publicAccessBlock', 'GetPublicAccessBlock'],
  ['GET /b?object-lock', 'GetObjectLockConfiguration'],
  ['GET /b?replication', 'GetBucketReplication'],
  ['GET /b/k', 'GetObject'],
  ['GET /b/k?partNumber=1&versionId=x', 'GetObject'],
  ['HEAD /b/k', 'HeadObject'],
  ['PUT /b/k', 'PutObject'],
  ['PUT /b/k/', 'PutObject'],
  ['DELETE /b/k?versionId=x', 'DeleteObject'],
  ['GET /b/k?tagging', 'GetObjectTagging'],
  ['PUT /b/k?tagging&versionId=x', 'PutObjectTagging'],
  ['DELETE /b/k?tagging', 'DeleteObjectTagging'],
  ['GET /b/k?acl', 'GetObjectAcl'],
  ['PUT /b/k?acl', 'PutObjectAcl'],
  ['GET /b/k?attributes', 'GetObjectAttributes'],
  ['POST /b/k?uploads', 'CreateMultipartUpload'],
  ['PUT /b/k?partNumber=1&uploadId=u', 'UploadPart'],
  ['POST /b/k?uploadId=u', 'CompleteMultipartUpload'],
  ['DELETE /b/k?uploadId=u', 'AbortMultipartUpload'],
  ['GET /b/k?uploadId=u', 'ListParts'],
])('%s is %s', (asked, name) => {
  expect(nameOf(asked)).toBe(name);
  expect(OPERATIONS[name]).toBeTypeOf('function');
});

test('what has x-amz-copy-source is a copy, where there is one', () => {
  const copy = { 'x-amz-copy-source': '/b/k' };
  expect(nameOf('PUT /b/k', copy)).toBe('CopyObject');
  expect(nameOf('PUT /b/k?partNumber=1&uploadId=u', copy)).toBe('UploadPartCopy');
  expect(nameOf('PUT /b', copy)).toBe('CreateBucket');
  expect(['CopyObject', 'UploadPartCopy'].map((name) => typeof OPERATIONS[name])).toEqual(['function', 'function']);
});

test.each([
  'GET /b?inventory&id=x',
  'PUT /b?metrics&id=x',
  'GET /b?analytics',
  'GET /b?intelligent-tiering',
  'PUT /b?encryption',
  'PUT /b?replication',
  'PUT /b?publicAccessBlock',
  'PUT /b?object-lock',
  'PUT /b?logging',
  'PUT /b?accelerate',
  'PUT /b?requestPayment',
  'GET /b?session',
  'POST /b/k?restore',
  'POST /b/k?select&select-type=2',
  'PUT /b/k?retention',
  'GET /b/k?legal-hold',
  'PUT /b/k?renameObject',
])('%s is NotImplemented', (asked) => {
  expect(() => nameOf(asked)).toThrow(expect.objectContaining({ code: 'NotImplemented', status: 501 }));
});

test.each([
  'POST /',
  'PUT /',
  'DELETE /',
  'HEAD /',
  'PATCH /b',
  'POST /b/k',
  'PATCH /b/k',
  'DELETE /b?versioning',
  'POST /b?acl',
  'DELETE /b?notification',
  'PUT /b?location',
  'POST /b/k?tagging',
  'PUT /b?constructor_',
])('%s is MethodNotAllowed, or what it is without the part that S3 has not', (asked) => {
  if (asked === 'PUT /b?constructor_') expect(nameOf(asked)).toBe('CreateBucket');
  else expect(() => nameOf(asked)).toThrow(expect.objectContaining({ code: 'MethodNotAllowed', status: 405 }));
});
