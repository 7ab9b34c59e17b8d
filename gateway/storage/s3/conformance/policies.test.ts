/** Bucket policies: what each lets whom do, and what is none (User Guide, "Bucket policies"; PutBucketPolicy). */
import { describe } from 'vitest';
import type { RawRequest } from '../../../../test/s3/raw-request.ts';
import { anonymous, type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { acl, guardedBucket, policyOf, putPolicy, type Statement } from './guarded-bucket.ts';
import { byOther, DENIED, OTHER, refused, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/guarded'));
});

const MALFORMED = refused(400, 'MalformedPolicy');
const B = 'guarded-{key}';
const made = (headers: Record<string, string> = {}): Step[] => guardedBucket(B, headers);
const DENY_ALL: Statement = { Effect: 'Deny', Action: 's3:*', Resource: [`arn:aws:s3:::${B}`, `arn:aws:s3:::${B}/*`] };

/** One statement, and what each request is answered under it. */
function underPolicy(name: string, statement: Statement, ...steps: Step[]): Case {
  return { section: 'User Guide, Bucket policies', name, steps: [...made(), putPolicy(B, statement), ...steps] };
}

const refusedTo = (request: RawRequest): Step => [byOther(request), DENIED];
const allowedTo = (request: RawRequest, status = 200): Step => [byOther(request), status];
const listing = { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${B}` };
const policyCases: Case[] = [
  underPolicy(
    'ListBucket to everyone',
    listing,
    allowedTo(get(`/${B}`)),
    allowedTo(get(`/${B}?list-type=2`)),
    allowedTo(head(`/${B}`)),
    [anonymous(get(`/${B}`)), 200],
    refusedTo(get(`/${B}/there`)),
  ),
  underPolicy('a resource of all buckets', { ...listing, Resource: ['arn:aws:s3:::*'] }, allowedTo(get(`/${B}`))),
  underPolicy(
    'GetObject to everyone',
    {},
    allowedTo(get(`/${B}/there`)),
    [anonymous(get(`/${B}/there`)), 200],
    refusedTo(get(`/${B}`)),
    refusedTo(put(`/${B}/there`, 'x')),
  ),
  underPolicy(
    'GetObject of one prefix',
    { Resource: `arn:aws:s3:::${B}/public/*` },
    [put(`/${B}/public/a`, 'x'), 200],
    allowedTo(get(`/${B}/public/a`)),
    refusedTo(get(`/${B}/there`)),
  ),
  underPolicy(
    'PutObject to everyone',
    { Action: 's3:PutObject' },
    allowedTo(put(`/${B}/k`, 'x')),
    allowedTo(post(`/${B}/k?uploads`)),
    refusedTo(get(`/${B}/k`)),
    refusedTo(remove(`/${B}/k`)),
  ),
  underPolicy('DeleteObject to everyone', { Action: 's3:DeleteObject' }, allowedTo(remove(`/${B}/there`), 204)),
  underPolicy(
    'all actions by a wildcard',
    { Action: 's3:Get*' },
    allowedTo(get(`/${B}/there`)),
    allowedTo(get(`/${B}/there?tagging`)),
    refusedTo(put(`/${B}/k`, 'x')),
  ),
  underPolicy(
    'to the other account by its ARN',
    { Principal: { AWS: `arn:aws:iam::${OTHER}:root` } },
    allowedTo(get(`/${B}/there`)),
    [anonymous(get(`/${B}/there`)), DENIED],
  ),
  underPolicy(
    'to another account than that',
    { Principal: { AWS: ['arn:aws:iam::nobody:root'] } },
    refusedTo(get(`/${B}/there`)),
  ),
  underPolicy(
    'to all but some actions',
    { NotAction: ['s3:PutObject'], Action: undefined },
    allowedTo(get(`/${B}/there`)),
    refusedTo(put(`/${B}/k`, 'x')),
  ),
  underPolicy(
    'StringEquals s3:ExistingObjectTag',
    { Condition: { StringEquals: { 's3:ExistingObjectTag/security': 'public' } } },
    [put(`/${B}/open`, 'x', { 'x-amz-tagging': 'security=public' }), 200],
    [put(`/${B}/shut`, 'x', { 'x-amz-tagging': 'security=private' }), 200],
    allowedTo(get(`/${B}/open`)),
    refusedTo(get(`/${B}/shut`)),
    refusedTo(get(`/${B}/there`)),
  ),
  underPolicy(
    'StringEquals s3:RequestObjectTag',
    {
      Action: ['s3:PutObject', 's3:PutObjectTagging'],
      Condition: { StringEquals: { 's3:RequestObjectTag/security': 'public' } },
    },
    allowedTo(put(`/${B}/k`, 'x', { 'x-amz-tagging': 'security=public' })),
    refusedTo(put(`/${B}/k`, 'x', { 'x-amz-tagging': 'security=private' })),
    refusedTo(put(`/${B}/k`, 'x')),
  ),
  underPolicy(
    'StringLike s3:x-amz-copy-source',
    {
      Action: ['s3:PutObject', 's3:GetObject'],
      Condition: { StringLikeIfExists: { 's3:x-amz-copy-source': `${B}/public/*` } },
    },
    [put(`/${B}/public/a`, 'x'), 200],
    allowedTo(put(`/${B}/copy`, '', { 'x-amz-copy-source': `${B}/public/a` })),
    refusedTo(put(`/${B}/copy`, '', { 'x-amz-copy-source': `${B}/there` })),
  ),
  underPolicy(
    'StringLikeIfExists aws:Referer',
    { Condition: { StringLikeIfExists: { 'aws:Referer': 'http://www.example.com/*' } } },
    [anonymous(get(`/${B}/there`, { referer: 'http://www.example.com/a' })), 200],
    [anonymous(get(`/${B}/there`)), 200],
    [anonymous(get(`/${B}/there`, { referer: 'http://other.example' })), DENIED],
  ),
  underPolicy(
    'IpAddress aws:SourceIp that fits',
    { Condition: { IpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1'] } } },
    allowedTo(get(`/${B}/there`)),
  ),
  underPolicy(
    'IpAddress aws:SourceIp that does not fit',
    { Condition: { IpAddress: { 'aws:SourceIp': '10.1.2.3/32' } } },
    refusedTo(get(`/${B}/there`)),
  ),
  underPolicy(
    'Bool aws:SecureTransport',
    { Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
    allowedTo(get(`/${B}/there`)),
  ),
  underPolicy(
    'StringEquals s3:prefix',
    { ...listing, Condition: { StringEquals: { 's3:prefix': 'public/' } } },
    allowedTo(get(`/${B}?prefix=public/`)),
    refusedTo(get(`/${B}`)),
    refusedTo(get(`/${B}?prefix=private/`)),
  ),
  underPolicy(
    'DateLessThan aws:CurrentTime that is over',
    { Condition: { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } },
    refusedTo(get(`/${B}/there`)),
  ),
  underPolicy(
    'Deny of a header’s value',
    { Effect: 'Deny', Action: 's3:PutObject', Condition: { StringLike: { 's3:x-amz-acl': 'public*' } } },
    [put(`/${B}/k`, 'x'), 200],
    [put(`/${B}/k`, 'x', acl('public-read')), DENIED],
  ),
  underPolicy(
    'Deny of all binds the owner, too, but not their care of the policy',
    DENY_ALL,
    [get(`/${B}/there`), DENIED],
    [get(`/${B}`), DENIED],
    [get(`/${B}?policy`), 200],
    [remove(`/${B}?policy`), 204],
    [get(`/${B}/there`), 200],
  ),
  {
    section: 'User Guide, How Amazon S3 authorizes a request',
    name: 'Deny wins over an ACL, until it is gone',
    steps: [
      ...made(acl('public-read')),
      putPolicy(B, { ...listing, Effect: 'Deny' }),
      [byOther(get(`/${B}`)), DENIED],
      [remove(`/${B}?policy`), 204],
      [byOther(get(`/${B}`)), 200],
    ],
  },
  {
    section: 'User Guide, How Amazon S3 authorizes a request',
    name: 'Deny wins over Allow',
    steps: [
      ...made(),
      putPolicy(B, {}, { Effect: 'Deny', Resource: `arn:aws:s3:::${B}/there` }),
      [put(`/${B}/k`, 'x'), 200],
      allowedTo(get(`/${B}/k`)),
      refusedTo(get(`/${B}/there`)),
    ],
  },
  {
    section: 'GetBucketPolicy',
    name: 'gives back what was put, letter by letter',
    steps: [
      ...made(),
      [put(`/${B}?policy`, policyOf(B, { Sid: 'a' })), { status: 204, body: '' }],
      [
        get(`/${B}?policy`),
        { status: 200, body: policyOf(B, { Sid: 'a' }), headers: { 'content-type': 'application/json' } },
      ],
    ],
  },
  {
    section: 'DeleteBucketPolicy',
    name: 'of none is no error',
    steps: [...made(), [remove(`/${B}?policy`), 204], [get(`/${B}?policy`), refused(404, 'NoSuchBucketPolicy')]],
  },
  ...rows('PutBucketPolicy', [
    ['by another user', byOther(put('/guarded?policy', policyOf('guarded', {}))), DENIED],
    ['no JSON', put('/guarded?policy', 'no'), MALFORMED],
    ['nothing', put('/guarded?policy'), refused(400, 'MissingRequestBodyError')],
    ['an empty object', put('/guarded?policy', '{ }'), MALFORMED],
    ['no statement', put('/guarded?policy', '{ "Version": "2012-10-17", "Statement": [] }'), MALFORMED],
    ['another version', put('/guarded?policy', policyOf('guarded', {}).replace('2012-10-17', '2020-01-01')), MALFORMED],
    ['no principal', put('/guarded?policy', policyOf('guarded', { Principal: undefined })), MALFORMED],
    ['no action', put('/guarded?policy', policyOf('guarded', { Action: undefined })), MALFORMED],
    ['no resource', put('/guarded?policy', policyOf('guarded', { Resource: undefined })), MALFORMED],
    ['another effect', put('/guarded?policy', policyOf('guarded', { Effect: 'Maybe' })), MALFORMED],
    ['an action of another service', put('/guarded?policy', policyOf('guarded', { Action: 'ec2:Run' })), MALFORMED],
    [
      'another bucket’s resource',
      put('/guarded?policy', policyOf('guarded', { Resource: 'arn:aws:s3:::x/*' })),
      MALFORMED,
    ],
    [
      'an unknown operator',
      put('/guarded?policy', policyOf('guarded', { Condition: { Odd: { 's3:prefix': 'a' } } })),
      MALFORMED,
    ],
    [
      'an unknown key',
      put('/guarded?policy', policyOf('guarded', { Condition: { StringEquals: { 's3:odd': 'a' } } })),
      MALFORMED,
    ],
    ['more than 20 KB', put('/guarded?policy', policyOf('guarded', { Sid: 'a'.repeat(21_000) })), MALFORMED],
    ['of none', put('/not-there?policy', policyOf('not-there', {})), refused(404, 'NoSuchBucket')],
  ]),
  ...(
    [
      ['a private bucket', [], 'false'],
      ['a public ACL', [[put(`/${B}?acl`, '', acl('public-read')), 200]], 'true'],
      ['a policy for all', [putPolicy(B, {})], 'true'],
      [
        'a policy for one address',
        [putPolicy(B, { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/32' } } })],
        'false',
      ],
      ['a policy for one account', [putPolicy(B, { Principal: { AWS: `arn:aws:iam::${OTHER}:root` } })], 'false'],
      ['a Deny for all', [putPolicy(B, { Effect: 'Deny' })], 'false'],
    ] as [string, Step[], string][]
  ).map(
    ([name, steps, isPublic]): Case => ({
      section: 'GetBucketPolicyStatus; User Guide, The meaning of "public"',
      name,
      steps: [
        ...made(),
        ...steps,
        [get(`/${B}?policyStatus`), { status: 200, has: [`<IsPublic>${isPublic}</IsPublic>`] }],
      ],
    }),
  ),
];

describe('bucket policies', () => {
  conformanceCases(ask, policyCases);
});
