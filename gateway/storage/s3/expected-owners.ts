/** Who means another's bucket by the name is told so (S3 User Guide, "Verifying bucket ownership with bucket owner condition"). */
import { AppError } from '../../../common/errors/index.ts';
import { S3Error } from './errors/index.ts';
import { firstOf } from './objects/conditions.ts';
import { copySourceOf } from './objects/copy-source.ts';
import { s3Bucket } from './s3-address.ts';
import type { S3Request, S3Tools } from './s3-request.ts';

/**
 * Asked anew and as the asker: the name may be that of a bucket of their own and of somebody else's, and change hands.
 * @throws S3Error AccessDenied
 */
export async function checkExpectedOwners(tools: S3Tools, request: S3Request): Promise<void> {
  const { headers, bucket } = request;
  const expected = firstOf(headers['x-amz-expected-bucket-owner']);
  if (expected !== undefined && bucket !== '') await checkOwner(tools, request, bucket, expected);
  const ofSource = firstOf(headers['x-amz-source-expected-bucket-owner']);
  const source = firstOf(headers['x-amz-copy-source']);
  if (ofSource === undefined || source === undefined) return;
  await checkOwner(tools, request, copySourceOf(source).name.bucket, ofSource);
}

async function checkOwner({ master }: S3Tools, { asker }: S3Request, bucket: string, expected: string): Promise<void> {
  let owner: string;
  try {
    owner = (await master.buckets.rules(asker, s3Bucket(bucket))).namespace;
  } catch (error) {
    // That there is none is for the operation to say, which may be about to make it.
    if (error instanceof AppError && error.code === 'no-such-bucket') return;
    throw error;
  }
  if (owner !== expected) throw new S3Error('AccessDenied');
}
