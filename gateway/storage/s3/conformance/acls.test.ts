/** Canned ACLs and ownership: what each lets whom do (GetBucketAcl, PutBucketAcl; User Guide, "Canned ACL"). */
import { describe } from 'vitest';
import { anonymous, type Case, conformanceCases, get, put, type Step } from './conformance-case.ts';
import { acl, guardedBucket, putPolicy } from './guarded-bucket.ts';
import { byOther, DENIED, refused, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/granted'));
});

const NOT_IMPLEMENTED = refused(501, 'NotImplemented');
const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers';
const B = 'granted-{key}';
const made = (headers: Record<string, string> = {}): Step[] => guardedBucket(B, headers);
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
    ['no known ACL', put('/granted?acl', '', acl('public-ready')), refused(400, 'InvalidArgument')],
    ['neither header nor body', put('/granted?acl'), refused(400, 'MissingSecurityHeader')],
    [
      'both header and body',
      put('/granted?acl', '<AccessControlPolicy/>', acl('private')),
      refused(400, 'UnexpectedContent'),
    ],
    ['a body of another shape', put('/granted?acl', '<AccessControlPolicy/>'), refused(400, 'MalformedACLError')],
    ['everyone’s writing', put('/granted?acl', '', acl('public-read-write')), NOT_IMPLEMENTED],
    ['a grant', put('/granted?acl', '', { 'x-amz-grant-read': 'id="a"' }), NOT_IMPLEMENTED],
    ['of none', put('/not-there?acl', '', acl('private')), refused(404, 'NoSuchBucket')],
    ['of an object that is not there', get('/granted/nothing?acl'), refused(404, 'NoSuchKey')],
  ]),
];

describe('ACLs', () => {
  conformanceCases(ask, aclCases);
});
