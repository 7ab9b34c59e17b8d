/** Buckets and the service, by what the S3 API Reference and the User Guide say of them. */
import { describe } from 'vitest';
import { anonymous, type Case, conformanceCases, get, head, post, put, remove } from './conformance-case.ts';
import { byOther, DENIED, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  for (const bucket of ['page-1', 'page-2', 'page-3', 'there']) await prepare(put(`/${bucket}`));
  await prepare(put('/there/key', 'x'));
});

const INVALID = { status: 400, code: 'InvalidBucketName' };
const NO_BUCKET = { status: 404, code: 'NoSuchBucket' };
const configuration = (inside: string) => `<CreateBucketConfiguration>${inside}</CreateBucketConfiguration>`;

describe('CreateBucket', () => {
  conformanceCases(
    ask,
    rows('User Guide, General purpose bucket naming rules', [
      ...[
        ['ab', 'two characters'],
        ['a'.repeat(64), '64 characters'],
        ['Upper', 'an upper-case letter'],
        ['under_score', 'an underscore'],
        ['-begins', 'a dash at the beginning'],
        ['ends-', 'a dash at the end'],
        ['.begins', 'a dot at the beginning'],
        ['ends.', 'a dot at the end'],
        ['two..dots', 'two dots'],
        ['dot.-dash', 'a dash behind a dot'],
        ['dash-.dot', 'a dot behind a dash'],
        ['192.168.5.123', 'the form of an IP address'],
        ['xn--name', 'a prefix of S3’s own'],
        ['sthree-name', 'another prefix of S3’s own'],
        ['name-s3alias', 'a suffix of S3’s own'],
        ['name--ol-s3', 'another suffix of S3’s own'],
        ['alpha!soup', 'an exclamation mark'],
        ['a%20space', 'a space'],
        ['f%C3%B6%C3%B6', 'a letter beyond ASCII'],
      ].map(([name, what]) => [`a name with ${what} is refused`, put(`/${name}`), INVALID] as const),
      ...['aaa', '0ab', 'with--dashes', 'with.dots.0', 'x'.repeat(63)].map(
        (name) => [`${name} is a name`, put(`/${name}`), { status: 200, headers: { location: `/${name}` } }] as const,
      ),
    ]),
  );

  const created: Case[] = [
    {
      section: 'CreateBucket, Errors, BucketAlreadyOwnedByYou',
      name: 'again by its owner, in the first region, nothing changes',
      steps: [
        [put('/again-{key}'), 200],
        [put('/again-{key}/kept', 'x'), 200],
        [put('/again-{key}'), 200],
        [get('/again-{key}/kept'), { status: 200, body: 'x' }],
      ],
    },
    {
      section: 'CreateBucket, Errors, BucketAlreadyExists',
      name: 'by another user',
      steps: [
        [put('/taken-{key}'), 200],
        [byOther(put('/taken-{key}')), { status: 409, code: 'BucketAlreadyExists', has: ['<BucketName>taken-'] }],
      ],
    },
    {
      section: 'CreateBucket, x-amz-acl',
      name: 'again with another ACL',
      steps: [
        [put('/acl-{key}', '', { 'x-amz-acl': 'public-read' }), 200],
        [put('/acl-{key}'), { status: 409, code: 'BucketAlreadyExists' }],
        [put('/acl-{key}', '', { 'x-amz-acl': 'public-read' }), 200],
      ],
    },
    {
      section: 'CreateBucket, Errors, BucketAlreadyExists',
      name: 'a name is free again when its bucket is gone',
      steps: [
        [put('/freed-{key}'), 200],
        [remove('/freed-{key}'), { status: 204, body: '' }],
        [get('/freed-{key}'), NO_BUCKET],
        [byOther(put('/freed-{key}')), 200],
      ],
    },
    {
      section: 'CreateBucket, x-amz-object-ownership',
      name: 'is what ownership controls say',
      steps: [
        [put('/owned-{key}', '', { 'x-amz-object-ownership': 'BucketOwnerEnforced' }), 200],
        [get('/owned-{key}?ownershipControls'), { status: 200, has: ['>BucketOwnerEnforced<'] }],
      ],
    },
    {
      section: 'CreateBucket, Tags',
      name: 'are the bucket’s',
      steps: [
        [put('/tagged-{key}', configuration('<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>')), 200],
        [get('/tagged-{key}?tagging'), { status: 200, has: ['<Tag><Key>a</Key><Value>b</Value></Tag>'] }],
      ],
    },
    {
      section: 'CreateBucket, LocationConstraint',
      name: 'of the region itself is taken',
      steps: [[put('/here-{key}', configuration('<LocationConstraint>us-east-1</LocationConstraint>')), 200]],
    },
  ];
  conformanceCases(ask, created);

  conformanceCases(
    ask,
    rows('CreateBucket', [
      [
        'LocationConstraint of another region',
        put('/elsewhere', configuration('<LocationConstraint>mars-1</LocationConstraint>')),
        { status: 400, code: 'InvalidLocationConstraint' },
      ],
      ['a body that is no XML', put('/odd', 'odd'), { status: 400, code: 'MalformedXML' }],
      ['an unknown element', put('/odd', configuration('<Odd/>')), { status: 400, code: 'MalformedXML' }],
      ['x-amz-acl of no known name', put('/odd', '', { 'x-amz-acl': 'odd' }), { status: 400, code: 'InvalidArgument' }],
      [
        'x-amz-acl of everyone’s writing',
        put('/odd', '', { 'x-amz-acl': 'public-read-write' }),
        { status: 501, code: 'NotImplemented' },
      ],
      [
        'x-amz-object-ownership of no known name',
        put('/odd', '', { 'x-amz-object-ownership': 'Odd' }),
        { status: 400, code: 'InvalidArgument' },
      ],
      [
        'a public ACL where ACLs are off',
        put('/odd', '', { 'x-amz-object-ownership': 'BucketOwnerEnforced', 'x-amz-acl': 'public-read' }),
        { status: 400, code: 'InvalidBucketAclWithObjectOwnership' },
      ],
      [
        'x-amz-bucket-object-lock-enabled',
        put('/odd', '', { 'x-amz-bucket-object-lock-enabled': 'true' }),
        { status: 501, code: 'NotImplemented' },
      ],
      ['by nobody', anonymous(put('/odd')), DENIED],
    ]),
  );
});

describe('HeadBucket, GetBucketLocation, DeleteBucket', () => {
  conformanceCases(ask, [
    ...rows('HeadBucket', [
      ['its region', head('/there'), { status: 200, body: '', headers: { 'x-amz-bucket-region': 'us-east-1' } }],
      ['of none is 404, without a body', head('/not-there'), { status: 404, body: '' }],
      ['of another’s is 403, without a body', byOther(head('/there')), { status: 403, body: '' }],
      ['of nobody’s is 403', anonymous(head('/there')), { status: 403, body: '' }],
    ]),
    ...rows('GetBucketLocation', [
      ['the first region has no name', get('/there?location'), { status: 200, has: ['<LocationConstraint xmlns='] }],
      ['of none', get('/not-there?location'), NO_BUCKET],
      ['of another’s', byOther(get('/there?location')), DENIED],
    ]),
    ...rows('DeleteBucket', [
      ['with an object in it', remove('/there'), { status: 409, code: 'BucketNotEmpty' }],
      ['of none', remove('/not-there'), NO_BUCKET],
      ['of another’s', byOther(remove('/there')), DENIED],
      ['by nobody', anonymous(remove('/there')), DENIED],
    ]),
    {
      section: 'DeleteBucket',
      name: 'with a delete marker in it, until that is gone',
      steps: [
        [put('/marked-{key}'), 200],
        [
          put(
            '/marked-{key}?versioning',
            '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
          ),
          200,
        ],
        [remove('/marked-{key}/k'), 204, { marker: 'x-amz-version-id' }],
        [remove('/marked-{key}'), { status: 409, code: 'BucketNotEmpty' }],
        [remove('/marked-{key}/k?versionId={marker}'), 204],
        [remove('/marked-{key}'), 204],
      ],
    },
    {
      section: 'DeleteBucket',
      name: 'takes uploads that were begun along',
      steps: [
        [put('/begun-{key}'), 200],
        [post('/begun-{key}/k?uploads'), 200],
        [remove('/begun-{key}'), 204],
      ],
    },
  ]);
});

describe('ListBuckets', () => {
  conformanceCases(ask, [
    ...rows('ListBuckets', [
      [
        'names, times, regions and the owner',
        get('/'),
        {
          status: 200,
          has: [
            '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            '<Owner><ID>',
            '<Name>there</Name><CreationDate>',
            '<BucketRegion>us-east-1</BucketRegion>',
          ],
          headers: { 'content-type': 'application/xml' },
        },
      ],
      ['not those of others', byOther(get('/')), { status: 200, hasNot: ['<Name>there</Name>'] }],
      ['by nobody: none', anonymous(get('/')), { status: 200, hasNot: ['<Bucket>'] }],
    ]),
    ...rows('ListBuckets, prefix', [
      [
        'only names that begin so',
        get('/?prefix=page-'),
        { status: 200, has: ['<Prefix>page-</Prefix>', '<Name>page-1</Name>'], hasNot: ['<Name>there</Name>'] },
      ],
    ]),
    ...rows('ListBuckets, bucket-region', [
      ['of another region: none', get('/?bucket-region=eu-west-1'), { status: 200, hasNot: ['<Bucket>'] }],
    ]),
    ...rows('ListBuckets, max-buckets', [
      ['zero', get('/?max-buckets=0'), { status: 400, code: 'InvalidArgument' }],
      ['more than ten thousand', get('/?max-buckets=10001'), { status: 400, code: 'InvalidArgument' }],
      ['no number', get('/?max-buckets=many'), { status: 400, code: 'InvalidArgument' }],
    ]),
    ...rows('ListBuckets, continuation-token', [
      ['no token of ours', get('/?continuation-token=%23'), { status: 400, code: 'InvalidArgument' }],
    ]),
    {
      section: 'ListBuckets, max-buckets',
      name: 'pages go on where the last one ended',
      steps: [
        [
          get('/?prefix=page-&max-buckets=2'),
          { status: 200, has: ['page-1<', 'page-2<'], hasNot: ['page-3<'] },
          { token: /<ContinuationToken>([^<]+)</ },
        ],
        [
          get('/?prefix=page-&max-buckets=2&continuation-token={token}'),
          { status: 200, has: ['page-3<'], hasNot: ['page-2<', '<ContinuationToken>'] },
        ],
      ],
    },
  ]);
});

describe('what is not there', () => {
  const parts = ['', '?list-type=2', '?versions', '?uploads', '?acl', '?policy', '?cors', '?tagging', '?lifecycle'];
  conformanceCases(ask, [
    ...rows(
      'Error responses, NoSuchBucket',
      parts.map((part) => [`GET of ${part || 'the listing'}`, get(`/not-there${part}`), NO_BUCKET] as const),
    ),
    ...rows('Error responses, NoSuchBucket', [
      ['PutObject', put('/not-there/k', 'x'), NO_BUCKET],
      ['CreateMultipartUpload', post('/not-there/k?uploads'), NO_BUCKET],
      ['listing by nobody', anonymous(get('/not-there')), NO_BUCKET],
    ]),
  ]);
});
