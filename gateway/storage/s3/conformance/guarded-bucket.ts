/** Buckets of cases' own with an object in them, and policies for them. */
import { put, type Step } from './conformance-case.ts';

export const acl = (name: string) => ({ 'x-amz-acl': name });

export type Statement = Record<string, unknown>;

/** `bucket` may have names in braces, which are filled in. Each statement lets everyone get, but for what it says. */
export const policyOf = (bucket: string, ...statements: Statement[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
      ...statement,
    })),
  });
export const putPolicy = (bucket: string, ...statements: Statement[]): Step => [
  put(`/${bucket}?policy`, policyOf(bucket, ...statements)),
  204,
];

export const guardedBucket = (bucket: string, headers: Record<string, string> = {}): Step[] => [
  [put(`/${bucket}`, '', headers), 200],
  [put(`/${bucket}/there`, 'x'), 200],
];
