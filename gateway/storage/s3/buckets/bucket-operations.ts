/** HeadBucket, DeleteBucket, GetBucketLocation. */
import { answerEmpty, answerXml } from '../answer.ts';
import { s3Bucket } from '../s3-address.ts';
import type { Operation } from '../s3-request.ts';

export const headBucket: Operation = async (tools, request) => {
  await tools.master.buckets.inspect(request.asker, s3Bucket(request.bucket));
  await answerEmpty(request, {
    headers: { 'x-amz-bucket-region': tools.s3.region, 'x-amz-access-point-alias': 'false' },
  });
};

export const deleteBucket: Operation = async (tools, request) => {
  await tools.master.buckets.delete(request.asker, s3Bucket(request.bucket));
  tools.s3.rules.forget(request.bucket);
  await answerEmpty(request, { status: 204 });
};

/** The first region is told by an empty element, since it was there before there were others. */
export const getBucketLocation: Operation = async (tools, request) => {
  await tools.master.buckets.inspect(request.asker, s3Bucket(request.bucket), 'location');
  const { region } = tools.s3;
  await answerXml(request, 'LocationConstraint', region === 'us-east-1' ? '' : region);
};
