/** What answers each of S3's operations, by its name (`operation-names.ts`). */
import { bucketOperations } from './buckets/index.ts';
import { postObject } from './forms/index.ts';
import { multipartOperations } from './multipart/index.ts';
import { objectOperations } from './objects/index.ts';
import type { Operation } from './s3-request.ts';

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...bucketOperations,
  ...multipartOperations,
  ...objectOperations,
  PostObject: postObject,
};
