import type { Operation } from '../s3-request.ts';
import { deleteBucket, getBucketLocation, headBucket } from './bucket-operations.ts';
import { createBucket } from './create-bucket.ts';
import { listBuckets } from './list-buckets.ts';

/** By S3's names of them. */
export const bucketOperations: Readonly<Record<string, Operation>> = {
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  HeadBucket: headBucket,
  ListBuckets: listBuckets,
};
