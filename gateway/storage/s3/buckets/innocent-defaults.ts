/** What S3 says of features that are not in use: true of every bucket here, since they cannot be turned on. */
import { answerXml } from '../answer.ts';
import { S3Error, type S3ErrorCode } from '../errors/index.ts';
import { s3Bucket } from '../s3-address.ts';
import type { Operation } from '../s3-request.ts';
import { element, type XmlContent } from '../xml/index.ts';

export const innocentDefaults: Readonly<Record<string, Operation>> = {
  GetBucketAccelerateConfiguration: always('AccelerateConfiguration', ''),
  GetBucketEncryption: never('ServerSideEncryptionConfigurationNotFoundError'),
  GetBucketLogging: always('BucketLoggingStatus', ''),
  GetBucketReplication: never('ReplicationConfigurationNotFoundError'),
  GetBucketRequestPayment: always('RequestPaymentConfiguration', element('Payer', 'BucketOwner')),
  GetObjectLockConfiguration: never('ObjectLockConfigurationNotFoundError'),
  GetPublicAccessBlock: never('NoSuchPublicAccessBlockConfiguration'),
};

function always(root: string, content: XmlContent): Operation {
  return async (tools, request) => {
    await tools.master.buckets.inspect(request.asker, s3Bucket(request.bucket));
    await answerXml(request, root, content);
  };
}

function never(code: S3ErrorCode): Operation {
  return async (tools, request) => {
    await tools.master.buckets.inspect(request.asker, s3Bucket(request.bucket));
    throw new S3Error(code);
  };
}
