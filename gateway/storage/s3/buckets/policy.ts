/** GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus. */
import { answerEmpty, answerText, answerXml } from '../answer.ts';
import { S3Error } from '../errors/index.ts';
import { readDocumentBytes } from '../read-body.ts';
import { s3Bucket } from '../s3-address.ts';
import type { Operation } from '../s3-request.ts';
import { element } from '../xml/index.ts';
import { isPublicPolicy, MAX_POLICY_BYTES, parsePolicy } from './policy-document.ts';
import { configure, settingOf } from './setting-operations.ts';

export const getBucketPolicy: Operation = async (tools, request) => {
  const policy = await settingOf(tools, request, 'policy');
  if (!policy) throw new S3Error('NoSuchBucketPolicy');
  await answerText(request, 'application/json', policy.document);
};

export const putBucketPolicy: Operation = async (tools, request) => {
  const bytes = await readDocumentBytes(request);
  if (bytes.length === 0) throw new S3Error('MissingRequestBodyError');
  if (bytes.length > MAX_POLICY_BYTES) {
    throw new S3Error('MalformedPolicy', { message: `Policies must not be larger than ${MAX_POLICY_BYTES} bytes.` });
  }
  const document = bytes.toString('utf8');
  await configure(tools, request, 'policy', { document, statements: parsePolicy(document) });
  await answerEmpty(request, { status: 204 });
};

export const deleteBucketPolicy: Operation = async (tools, request) => {
  await configure(tools, request, 'policy', null);
  await answerEmpty(request, { status: 204 });
};

/** Public is what everyone may do something with, by visibility or by policy. */
export const getBucketPolicyStatus: Operation = async (tools, request) => {
  const { visibility } = await tools.master.buckets.inspect(request.asker, s3Bucket(request.bucket), 'policy-status');
  const policy = await settingOf(tools, request, 'policy');
  const isPublic = visibility !== 'private' || isPublicPolicy(policy?.statements ?? []);
  await answerXml(request, 'PolicyStatus', element('IsPublic', isPublic));
};
