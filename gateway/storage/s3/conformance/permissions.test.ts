/** Canned ACLs, bucket policies and ownership: what each lets whom do (S3 API Reference; User Guide, "Bucket policies"). */
import { describe } from 'vitest';
import type { RawRequest } from '../../../../test/s3/raw-request.ts';
import { anonymous, type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { byOther, OTHER, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/guarded'));
  await prepare(put('/guarded/key', 'x'));
});

const refused = (status: number, code: string) => ({ status, code });
const DENIED = refused(403, 'AccessDenied');
const MALFORMED = refused(400, 'MalformedPolicy');
const NOT_IMPLEMENTED = refused(501, 'NotImplemented');
const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers';
const acl = (name: string) => ({ 'x-amz-acl': name });

type Statement = Record<string, unknown>;
/** Of a bucket whose name is `<prefix>-{key}`: braces that are filled in are of names, so JSON's own are kept apart. */
const policyOf = (bucket: string, ...statements: Statement[]) =>
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
const putPolicy = (bucket: string, ...statements: Statement[]): Step => [
  put(`/${bucket}?policy`, policyOf(bucket, ...statements)),
  204,
];

/** A bucket of the case's own, with an object in it. */
const B = 'own-{key}';
const made = (headers: Record<string, string> = {}): Step[] => [
  [put(`/${B}`, '', headers), 200],
  [put(`/${B}/there`, 'x'), 200],
];
const DENY_ALL: Statement = { Effect: 'Deny', Action: 's3:*', Resource: [`arn:aws:s3:::${B}`, `arn:aws:s3:::${B}/*`] };

/** One statement, and what each request is answered under it. */
function underPolicy(name: string, statement: Statement, ...steps: Step[]): Case {
  return { section: 'User Guide, Bucket policies', name, steps: [...made(), putPolicy(B, statement), ...steps] };
}

const ownerGrant = '<Permission>FULL_CONTROL</Permission>';
const cases: Case[] = [
  {
    section: 'GetBucketAcl',
    name: 'of a new bucket: its owner controls all',
    steps: [
      ...made(),
      [
        get(`/${B}?acl`),
        { status: 200, has: ['<Owner><ID>', 'xsi:type="CanonicalUser"', ownerGrant], hasNot: [ALL_USERS] },
      ],
      [get(`/${B}/there?acl`), { status: 200, has: ['<Owner><ID>', ownerGrant], hasNot: [ALL_USERS] }],
    ],
  },
  {
    section: 'User Guide, Canned ACL, public-read',
    name: 'given at creation: everyone reads',
    steps: [
      ...made(acl('public-read')),
      [get(`/${B}?acl`), { status: 200, has: [ownerGrant, ALL_USERS, '<Permission>READ</Permission>'] }],
      [get(`/${B}/there?acl`), { status: 200, has: [ownerGrant, ALL_USERS] }],
      [anonymous(get(`/${B}/there`)), { status: 200, body: 'x' }],
      [anonymous(get(`/${B}?list-type=2`)), { status: 200, has: ['<Key>there</Key>'] }],
    ],
  },
  {
    section: 'PutBucketAcl, x-amz-acl',
    name: 'opens and closes',
    steps: [
      ...made(),
      [put(`/${B}?acl`, '', acl('public-read')), 200],
      [anonymous(get(`/${B}/there`)), 200],
      [put(`/${B}?acl`, '', acl('private')), 200],
      [anonymous(get(`/${B}/there`)), DENIED],
    ],
  },
  {
    section: 'PutBucketAcl, AccessControlPolicy',
    name: 'by grants that say public-read',
    steps: [
      ...made(),
      [
        put(
          `/${B}?acl`,
          `<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>${ALL_USERS}</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`,
        ),
        200,
      ],
      [anonymous(get(`/${B}/there`)), 200],
    ],
  },
  {
    section: 'PutBucketAcl, AccessControlPolicy',
    name: 'grants that canned ACLs do not say are refused',
    steps: [
      ...made(),
      [
        put(
          `/${B}?acl`,
          `<AccessControlPolicy><AccessControlList><Grant><Grantee><URI>${ALL_USERS}</URI></Grantee><Permission>WRITE</Permission></Grant></AccessControlList></AccessControlPolicy>`,
        ),
        NOT_IMPLEMENTED,
      ],
    ],
  },
  {
    section: 'GetBucketAcl',
    name: 'of a public bucket is its owner’s to see, unless a policy says otherwise',
    steps: [
      ...made(acl('public-read')),
      [byOther(get(`/${B}?acl`)), DENIED],
      [byOther(get(`/${B}/there?acl`)), DENIED],
      putPolicy(B, { Action: 's3:GetBucketAcl', Resource: `arn:aws:s3:::${B}` }),
      [byOther(get(`/${B}?acl`)), { status: 200, has: [ownerGrant] }],
    ],
  },
  {
    section: 'PutBucketAcl',
    name: 'of a public bucket is not another’s to set',
    steps: [...made(acl('public-read')), [byOther(put(`/${B}?acl`, '', acl('private'))), DENIED]],
  },
  {
    section: 'PutObject, x-amz-acl',
    name: 'what holds anyway is taken',
    steps: [
      ...made(),
      [put(`/${B}/k`, 'x', acl('private')), 200],
      [put(`/${B}/k`, 'x', acl('bucket-owner-full-control')), 200],
      [put(`/${B}/k?acl`, '', acl('private')), 200],
      [put(`/${B}/k`, 'x', acl('odd')), refused(400, 'InvalidArgument')],
    ],
  },
  {
    section: 'User Guide, Controlling ownership of objects, BucketOwnerEnforced',
    name: 'ACLs are off, but for those that give the owner all',
    steps: [
      ...made({ 'x-amz-object-ownership': 'BucketOwnerEnforced' }),
      [put(`/${B}?acl`, '', acl('public-read')), refused(400, 'AccessControlListNotSupported')],
      [put(`/${B}/k`, 'x', acl('public-read')), refused(400, 'AccessControlListNotSupported')],
      [put(`/${B}/there?acl`, '', acl('public-read')), refused(400, 'AccessControlListNotSupported')],
      [put(`/${B}/k`, 'x', acl('bucket-owner-full-control')), 200],
    ],
  },
];
const aclCases: Case[] = [
  ...cases,
  ...rows('PutBucketAcl', [
    ['no known ACL', put('/guarded?acl', '', acl('public-ready')), refused(400, 'InvalidArgument')],
    ['neither header nor body', put('/guarded?acl'), refused(400, 'MissingSecurityHeader')],
    [
      'both header and body',
      put('/guarded?acl', '<AccessControlPolicy/>', acl('private')),
      refused(400, 'UnexpectedContent'),
    ],
    ['a body of another shape', put('/guarded?acl', '<AccessControlPolicy/>'), refused(400, 'MalformedACLError')],
    ['everyone’s writing', put('/guarded?acl', '', acl('public-read-write')), NOT_IMPLEMENTED],
    ['a grant', put('/guarded?acl', '', { 'x-amz-grant-read': 'id="a"' }), NOT_IMPLEMENTED],
    ['of none', put('/not-there?acl', '', acl('private')), refused(404, 'NoSuchBucket')],
    ['of an object that is not there', get('/guarded/nothing?acl'), refused(404, 'NoSuchKey')],
  ]),
];

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

describe('who may do what', () => {
  conformanceCases(ask, [...aclCases, ...policyCases]);
});
