/** S3's error answer (S3 API Reference, "REST error responses"). */
import { element, xmlDocument } from '../xml/writer.ts';
import type { S3Error } from './s3-error.ts';

export interface ErrorContext {
  /** The path of the request: `/bucket/key`. */
  resource: string;
  requestId: string;
  hostId: string;
  bucket?: string | undefined;
  key?: string | undefined;
}

const ABOUT_BUCKETS: ReadonlySet<string> = new Set([
  'BucketAlreadyExists',
  'BucketAlreadyOwnedByYou',
  'BucketNotEmpty',
  'InvalidBucketName',
  'NoSuchBucket',
  'NoSuchBucketPolicy',
  'NoSuchCORSConfiguration',
  'NoSuchLifecycleConfiguration',
  'NoSuchTagSet',
  'NoSuchWebsiteConfiguration',
  'OwnershipControlsNotFoundError',
]);
const ABOUT_KEYS: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion']);

export function errorDocument(error: S3Error, context: ErrorContext): string {
  const { bucket, key } = context;
  const named = { ...error.elements };
  if (ABOUT_BUCKETS.has(error.code) && bucket) named.BucketName ??= bucket;
  if (ABOUT_KEYS.has(error.code) && key) named.Key ??= key;
  return xmlDocument(
    'Error',
    [
      element('Code', error.code),
      element('Message', error.message),
      ...Object.entries(named).map(([name, value]) => element(name, value)),
      element('Resource', context.resource),
      element('RequestId', context.requestId),
      element('HostId', context.hostId),
    ],
    null,
  );
}
