import type { Operation } from '../s3-request.ts';
import { getBucketAcl, putBucketAcl } from './bucket-acl.ts';
import { deleteBucket, getBucketLocation, headBucket } from './bucket-operations.ts';
import { cors } from './cors.ts';
import { createBucket } from './create-bucket.ts';
import { innocentDefaults } from './innocent-defaults.ts';
import { lifecycle } from './lifecycle.ts';
import { listBuckets } from './list-buckets.ts';
import { notification } from './notification.ts';
import { ownershipControls } from './ownership-controls.ts';
import { deleteBucketPolicy, getBucketPolicy, getBucketPolicyStatus, putBucketPolicy } from './policy.ts';
import { tagging } from './tagging.ts';
import { versioning } from './versioning.ts';
import { website } from './website.ts';

/** By S3's names of them. */
export const bucketOperations: Readonly<Record<string, Operation>> = {
  ...innocentDefaults,
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  DeleteBucketCors: cors.remove,
  DeleteBucketLifecycle: lifecycle.remove,
  DeleteBucketOwnershipControls: ownershipControls.remove,
  DeleteBucketPolicy: deleteBucketPolicy,
  DeleteBucketTagging: tagging.remove,
  DeleteBucketWebsite: website.remove,
  GetBucketAcl: getBucketAcl,
  GetBucketCors: cors.get,
  GetBucketLifecycleConfiguration: lifecycle.get,
  GetBucketLocation: getBucketLocation,
  GetBucketNotificationConfiguration: notification.get,
  GetBucketOwnershipControls: ownershipControls.get,
  GetBucketPolicy: getBucketPolicy,
  GetBucketPolicyStatus: getBucketPolicyStatus,
  GetBucketTagging: tagging.get,
  GetBucketVersioning: versioning.get,
  GetBucketWebsite: website.get,
  HeadBucket: headBucket,
  ListBuckets: listBuckets,
  PutBucketAcl: putBucketAcl,
  PutBucketCors: cors.put,
  PutBucketLifecycleConfiguration: lifecycle.put,
  PutBucketNotificationConfiguration: notification.put,
  PutBucketOwnershipControls: ownershipControls.put,
  PutBucketPolicy: putBucketPolicy,
  PutBucketTagging: tagging.put,
  PutBucketVersioning: versioning.put,
  PutBucketWebsite: website.put,
};
