/** GetBucketAcl, PutBucketAcl: what visibility says. */
import type { Visibility } from '../../../../common/filesystem/index.ts';
import { answerEmpty, answerXml } from '../answer.ts';
import { S3Error } from '../errors/index.ts';
import { accessControlElements, readAccessControl } from '../objects/index.ts';
import { readDocumentBytes } from '../read-body.ts';
import { s3Bucket } from '../s3-address.ts';
import type { Operation, S3Request } from '../s3-request.ts';
import { visibilityOf } from './canned-acl.ts';
import { settingOf } from './setting-operations.ts';

export const getBucketAcl: Operation = async (tools, request) => {
  const { owner, visibility } = await tools.master.buckets.inspect(request.asker, s3Bucket(request.bucket), 'acl');
  const content = accessControlElements({ owner, isPublic: visibility !== 'private' });
  await answerXml(request, 'AccessControlPolicy', content);
};

export const putBucketAcl: Operation = async (tools, request) => {
  const visibility = await wantedVisibility(request);
  if (visibility !== 'private' && (await settingOf(tools, request, 'ownership')) === 'BucketOwnerEnforced') {
    throw new S3Error('AccessControlListNotSupported');
  }
  await tools.master.buckets.setVisibility(request.asker, s3Bucket(request.bucket), visibility);
  tools.s3.rules.forget(request.bucket);
  await answerEmpty(request);
};

/** By the canned ACL, or by grants that say the same. */
async function wantedVisibility(request: S3Request): Promise<Visibility> {
  const bytes = await readDocumentBytes(request);
  const canned = visibilityOf(request.headers['x-amz-acl']);
  if (canned && bytes.length > 0) throw new S3Error('UnexpectedContent');
  if (canned) return canned;
  if (bytes.length === 0) {
    throw new S3Error('MissingSecurityHeader', { elements: { MissingHeaderName: 'x-amz-acl' } });
  }
  const { isOfOwnersOnly, isPublicRead } = readAccessControl(bytes);
  if (isOfOwnersOnly) return 'private';
  if (isPublicRead) return 'public';
  throw new S3Error('NotImplemented', {
    message: 'Only grants that say private or public-read are implemented: use a bucket policy.',
  });
}
