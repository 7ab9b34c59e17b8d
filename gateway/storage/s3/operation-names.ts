/**
 * Which of S3's operations a request is (Amazon S3 API Reference, "Actions"): by method and by what it is about, a sub-resource
 * (`?acl`) before the bucket or object itself. What S3 knows and Bramble does not is `NotImplemented`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors/index.ts';
import type { S3Query } from './s3-query.ts';

type Methods = Readonly<Record<string, string>>;

const SERVICE: Methods = { GET: 'ListBuckets' };

const BUCKET: Methods = {
  GET: 'ListObjects',
  HEAD: 'HeadBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
  POST: 'PostObject',
};

const OBJECT: Methods = { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' };

/** In the order in which they are looked for. */
const BUCKET_PARTS: Readonly<Record<string, Methods>> = {
  'list-type': { GET: 'ListObjectsV2' },
  versions: { GET: 'ListObjectVersions' },
  uploads: { GET: 'ListMultipartUploads' },
  delete: { POST: 'DeleteObjects' },
  location: { GET: 'GetBucketLocation' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  tagging: { GET: 'GetBucketTagging', PUT: 'PutBucketTagging', DELETE: 'DeleteBucketTagging' },
  cors: { GET: 'GetBucketCors', PUT: 'PutBucketCors', DELETE: 'DeleteBucketCors' },
  lifecycle: {
    GET: 'GetBucketLifecycleConfiguration',
    PUT: 'PutBucketLifecycleConfiguration',
    DELETE: 'DeleteBucketLifecycle',
  },
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  policyStatus: { GET: 'GetBucketPolicyStatus' },
  website: { GET: 'GetBucketWebsite', PUT: 'PutBucketWebsite', DELETE: 'DeleteBucketWebsite' },
  notification: { GET: 'GetBucketNotificationConfiguration', PUT: 'PutBucketNotificationConfiguration' },
  acl: { GET: 'GetBucketAcl', PUT: 'PutBucketAcl' },
  ownershipControls: {
    GET: 'GetBucketOwnershipControls',
    PUT: 'PutBucketOwnershipControls',
    DELETE: 'DeleteBucketOwnershipControls',
  },
  requestPayment: { GET: 'GetBucketRequestPayment', PUT: 'NotImplemented' },
  logging: { GET: 'GetBucketLogging', PUT: 'NotImplemented' },
  accelerate: { GET: 'GetBucketAccelerateConfiguration', PUT: 'NotImplemented' },
  encryption: { GET: 'GetBucketEncryption', PUT: 'NotImplemented', DELETE: 'NotImplemented' },
  publicAccessBlock: { GET: 'GetPublicAccessBlock', PUT: 'NotImplemented', DELETE: 'NotImplemented' },
  'object-lock': { GET: 'GetObjectLockConfiguration', PUT: 'NotImplemented' },
  replication: { GET: 'GetBucketReplication', PUT: 'NotImplemented', DELETE: 'NotImplemented' },
};

const OBJECT_PARTS: Readonly<Record<string, Methods>> = {
  uploads: { POST: 'CreateMultipartUpload' },
  uploadId: {
    GET: 'ListParts',
    PUT: 'UploadPart',
    POST: 'CompleteMultipartUpload',
    DELETE: 'AbortMultipartUpload',
  },
  tagging: { GET: 'GetObjectTagging', PUT: 'PutObjectTagging', DELETE: 'DeleteObjectTagging' },
  acl: { GET: 'GetObjectAcl', PUT: 'PutObjectAcl' },
  attributes: { GET: 'GetObjectAttributes' },
  torrent: { GET: 'GetObjectTorrent' },
};

/** Of buckets and objects: S3 has them, Bramble has not. */
const UNSUPPORTED_PARTS: ReadonlySet<string> = new Set([
  'abac',
  'analytics',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'metadataConfiguration',
  'metadataInventoryTable',
  'metadataJournalTable',
  'metadataTable',
  'metrics',
  'renameObject',
  'restore',
  'retention',
  'select',
  'session',
]);

/** Asked for by a copy instead of a body. */
const COPIES: Methods = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

/** @throws S3Error NotImplemented, MethodNotAllowed */
export function operationNameOf(
  method: string,
  { bucket, key }: { bucket: string; key: string },
  query: S3Query,
  headers: IncomingHttpHeaders,
): string {
  const name = bucket === '' ? SERVICE[method] : nameOn(method, key === '' ? 'bucket' : 'object', query);
  if (name === undefined) throw new S3Error('MethodNotAllowed', { elements: { Method: method } });
  if (name === 'NotImplemented') throw new S3Error('NotImplemented');
  return headers['x-amz-copy-source'] === undefined ? name : (COPIES[name] ?? name);
}

function nameOn(method: string, level: 'bucket' | 'object', query: S3Query): string | undefined {
  const [parts, whole] = level === 'bucket' ? [BUCKET_PARTS, BUCKET] : [OBJECT_PARTS, OBJECT];
  for (const part in parts) if (query.has(part)) return parts[part]?.[method];
  for (const [name] of query.entries) if (UNSUPPORTED_PARTS.has(name)) return 'NotImplemented';
  return whole[method];
}
