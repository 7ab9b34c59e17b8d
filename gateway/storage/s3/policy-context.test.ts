import { expect, test } from 'vitest';
import { policyContext } from './policy-context.ts';

test('a request says for policies what its headers say, and nothing that it was not asked', () => {
  const headers = { 'user-agent': 'aws-cli', 'x-amz-acl': 'private', 'x-amz-meta-a': 'b', authorization: 'secret' };
  expect(policyContext(true, headers)).toEqual({
    'aws:SecureTransport': 'true',
    'aws:UserAgent': 'aws-cli',
    's3:x-amz-acl': 'private',
  });
  expect(policyContext(false, { referer: 'https://x.example/', 'user-agent': 'x'.repeat(4097) })).toEqual({
    'aws:SecureTransport': 'false',
    'aws:Referer': 'https://x.example/',
  });
});
