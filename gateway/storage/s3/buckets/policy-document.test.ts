import { expect, test } from 'vitest';
import { isPublicPolicy, parsePolicy } from './policy-document.ts';

const one = (more: object) =>
  parsePolicy(
    JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', ...more }],
    }),
  );

test('one and many are lists; numbers and booleans in conditions are text', () => {
  const [statement] = one({
    Sid: 's',
    Principal: { AWS: ['arn:aws:iam::a:user/u', 'k'], CanonicalUser: 'c' },
    Condition: { Bool: { 'aws:SecureTransport': true }, NumericLessThan: { 's3:max-keys': [1, '2'] } },
  });
  expect(statement).toEqual({
    sid: 's',
    effect: 'Allow',
    principals: ['arn:aws:iam::a:user/u', 'k', 'c'],
    notPrincipals: [],
    actions: ['s3:GetObject'],
    notActions: [],
    resources: ['arn:aws:s3:::b/*'],
    notResources: [],
    conditions: { Bool: { 'aws:SecureTransport': ['true'] }, NumericLessThan: { 's3:max-keys': ['1', '2'] } },
  });
});

// S3 User Guide, "The meaning of 'public'".
test.each([
  [{}, true],
  [{ Principal: { AWS: '*' } }, true],
  [{ Principal: { AWS: 'arn:aws:iam::a:root' } }, false],
  [{ Effect: 'Deny' }, false],
  [{ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/24' } } }, false],
  [{ Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, true],
  [{ Condition: { StringLike: { 'aws:username': 'a*' } } }, true],
  [{ Condition: { StringLike: { 'aws:Referer': 'https://a.example' } } }, true],
])('%j is public: %s', (more, isPublic) => {
  expect(isPublicPolicy(one(more))).toBe(isPublic);
});
