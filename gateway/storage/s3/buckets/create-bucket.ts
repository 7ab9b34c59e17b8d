/** CreateBucket. */
import { AppError } from '../../../../common/errors/index.ts';
import type { BucketSettings, Tags, Visibility } from '../../../../common/filesystem/index.ts';
import { answerEmpty } from '../answer.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { readDocumentBytes } from '../read-body.ts';
import { s3Bucket } from '../s3-address.ts';
import type { Operation, S3Request, S3Tools } from '../s3-request.ts';
import { maybe, node, readDocument, word } from '../xml/index.ts';
import { visibilityOf } from './canned-acl.ts';
import { OWNERSHIPS } from './ownership-controls.ts';
import { bucketTags, tagSet } from './tagging.ts';

const FIRST_REGION = 'us-east-1';

const configuration = node({ LocationConstraint: maybe(word), Tags: maybe(tagSet) });

export const createBucket: Operation = async (tools, request) => {
  const { asker, bucket, headers } = request;
  const visibility = visibilityOf(headers['x-amz-acl']) ?? 'private';
  const ownership = ownershipOf(headers['x-amz-object-ownership']);
  if (ownership === 'BucketOwnerEnforced' && visibility !== 'private') {
    throw new S3Error('InvalidBucketAclWithObjectOwnership');
  }
  if (String(headers['x-amz-bucket-object-lock-enabled']).toLowerCase() === 'true') {
    throw new S3Error('NotImplemented', { message: 'Object Lock is not implemented.' });
  }
  const tags = await readConfiguration(tools, request);
  try {
    await tools.master.buckets.create(asker, { bucket, visibility, ownership });
  } catch (error) {
    await judgeExisting(tools, request, visibility, error);
  }
  if (tags) await tools.master.buckets.configure(asker, s3Bucket(bucket), 'tagging', tags);
  await answerEmpty(request, { headers: { location: `/${bucket}` } });
};

/** @throws S3Error InvalidLocationConstraint, MalformedXML */
async function readConfiguration(tools: S3Tools, request: S3Request): Promise<Tags | undefined> {
  const bytes = await readDocumentBytes(request);
  if (bytes.length === 0) return undefined;
  const { LocationConstraint: location, Tags: set } = readDocument(bytes, 'CreateBucketConfiguration', configuration);
  if (location && location !== tools.s3.region) {
    throw new S3Error('InvalidLocationConstraint', { elements: { LocationConstraint: location } });
  }
  return set && bucketTags(set);
}

/**
 * In the first region, creating a bucket of one's own again is no error while nothing about it would change (S3 API Reference,
 * CreateBucket, "BucketAlreadyOwnedByYou").
 */
async function judgeExisting(
  tools: S3Tools,
  request: S3Request,
  visibility: Visibility,
  error: unknown,
): Promise<void> {
  const isOwn = error instanceof AppError && error.code === 'bucket-exists-already-yours';
  if (!isOwn || tools.s3.region !== FIRST_REGION) throw error;
  const existing = await tools.master.buckets.inspect(request.asker, s3Bucket(request.bucket));
  if (existing.visibility !== visibility) throw new S3Error('BucketAlreadyExists', { cause: error });
}

function ownershipOf(header: string | string[] | undefined): BucketSettings['ownership'] {
  if (header === undefined) return undefined;
  const ownership = OWNERSHIPS.find((known) => known === header);
  if (!ownership)
    throw invalidArgument('x-amz-object-ownership', String(header), 'Invalid x-amz-object-ownership header');
  return ownership;
}
