/** Versions of objects and their listing, by the S3 API Reference and the User Guide's "Retaining multiple versions of objects". */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['unversioned'], versioned: ['versions', 'versions-raced'] });

const VERSION = { version: 'x-amz-version-id' };
const versioning = (status: string) =>
  put('/{key}-bucket?versioning', `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`);
/** A bucket of the case's own, with an object from before versions were kept. */
const ownBucket: Step[] = [
  [put('/{key}-bucket'), 200],
  [put('/{key}-bucket/k', 'before'), { status: 200, headers: { 'x-amz-version-id': undefined } }],
];
const MARKER = { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': /./ } };
const gone = { status: 404, code: 'NoSuchKey' };
const FAILED = { status: 412, code: 'PreconditionFailed' };
const listed = (query = '') => get(`/versions?versions&prefix={key}${query}`);

const enabled: Case[] = [
  {
    section: 'PutObject, x-amz-version-id',
    name: 'each write makes one, and the newest is what is read',
    steps: [
      [put('/versions/{key}', 'one'), 200, { one: 'x-amz-version-id' }],
      [put('/versions/{key}', 'two'), 200, { two: 'x-amz-version-id' }],
      [get('/versions/{key}'), { status: 200, body: 'two', headers: { 'x-amz-version-id': '{two}' } }],
      [get('/versions/{key}?versionId={one}'), { status: 200, body: 'one', headers: { 'x-amz-version-id': '{one}' } }],
      [
        head('/versions/{key}?versionId={one}'),
        { status: 200, headers: { 'content-length': '3', 'x-amz-version-id': '{one}' } },
      ],
    ],
  },
  {
    section: 'PutObject, x-amz-version-id',
    name: 'is not said where no versions are kept',
    steps: [
      [put('/unversioned/{key}', 'one'), { status: 200, headers: { 'x-amz-version-id': undefined } }],
      [get('/unversioned/{key}'), { status: 200, headers: { 'x-amz-version-id': undefined } }],
      [
        remove('/unversioned/{key}'),
        { status: 204, headers: { 'x-amz-version-id': undefined, 'x-amz-delete-marker': undefined } },
      ],
    ],
  },
  {
    section: 'GetObject, versionId',
    name: 'ids that are none, or not of this key',
    steps: [
      [put('/versions/{key}', 'x'), 200, VERSION],
      [get('/versions/{key}?versionId='), { status: 400, code: 'InvalidArgument' }],
      [get('/versions/{key}?versionId=notreal'), { status: 400, code: 'InvalidArgument' }],
      [get('/versions/{key}?versionId=null'), { status: 404, code: 'NoSuchVersion' }],
      [get('/versions/{key}-other?versionId={version}'), { status: 404, code: 'NoSuchVersion' }],
      [head('/versions/{key}?versionId=null'), 404],
    ],
  },
  {
    section: 'GetObject, x-amz-delete-marker',
    name: 'a key under a delete marker is gone, and says why; its marker cannot be read',
    steps: [
      [put('/versions/{key}', 'x'), 200, VERSION],
      [remove('/versions/{key}'), MARKER, { marker: 'x-amz-version-id' }],
      [get('/versions/{key}'), { ...gone, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': '{marker}' } }],
      [head('/versions/{key}'), { status: 404, headers: { 'x-amz-delete-marker': 'true' } }],
      [
        get('/versions/{key}?versionId={marker}'),
        {
          status: 405,
          code: 'MethodNotAllowed',
          headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE', 'last-modified': /GMT$/ },
        },
      ],
      [head('/versions/{key}?versionId={marker}'), { status: 405, headers: { 'x-amz-delete-marker': 'true' } }],
      [
        get('/versions/{key}?versionId={version}'),
        { status: 200, body: 'x', headers: { 'x-amz-delete-marker': undefined } },
      ],
    ],
  },
  {
    section: 'HeadObject, x-amz-delete-marker',
    name: 'what is gone without one says so',
    steps: [
      [put('/unversioned/{key}', 'x'), 200],
      [remove('/unversioned/{key}'), 204],
      [head('/unversioned/{key}'), { status: 404, headers: { 'x-amz-delete-marker': 'false' } }],
    ],
  },
  {
    section: 'DeleteObject, versionId',
    name: 'removes one for ever; the one before it is the newest then',
    steps: [
      [put('/versions/{key}', 'one'), 200],
      [put('/versions/{key}', 'two'), 200, VERSION],
      [
        remove('/versions/{key}?versionId={version}'),
        { status: 204, headers: { 'x-amz-version-id': '{version}', 'x-amz-delete-marker': undefined } },
      ],
      [get('/versions/{key}'), { status: 200, body: 'one' }],
      [remove('/versions/{key}?versionId={version}'), 204],
    ],
  },
  {
    section: 'DeleteObject, versionId',
    name: 'of a delete marker brings the key back',
    steps: [
      [put('/versions/{key}', 'x'), 200],
      [remove('/versions/{key}'), MARKER, { marker: 'x-amz-version-id' }],
      [
        remove('/versions/{key}?versionId={marker}'),
        { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': '{marker}' } },
      ],
      [get('/versions/{key}'), { status: 200, body: 'x' }],
    ],
  },
  {
    section: 'DeleteObject',
    name: 'of what is not there leaves a marker; again, another',
    steps: [
      [remove('/versions/{key}'), MARKER],
      [remove('/versions/{key}'), MARKER],
      [
        listed(),
        {
          status: 200,
          has: [/<DeleteMarker>.*<IsLatest>true<.*<DeleteMarker>.*<IsLatest>false</s],
          hasNot: ['<Version>'],
        },
      ],
    ],
  },
  {
    section: 'PutObject, over a delete marker',
    name: 'the key is there again',
    steps: [
      [remove('/versions/{key}'), MARKER],
      [put('/versions/{key}', 'again', { 'if-none-match': '*' }), 200],
      [get('/versions/{key}'), { status: 200, body: 'again' }],
    ],
  },
  {
    section: 'DeleteBucket',
    name: 'versions and markers are content',
    steps: [
      [put('/{key}-bucket'), 200],
      [versioning('Enabled'), 200],
      [remove('/{key}-bucket/k'), MARKER, { marker: 'x-amz-version-id' }],
      [remove('/{key}-bucket'), { status: 409, code: 'BucketNotEmpty' }],
      [remove('/{key}-bucket/k?versionId={marker}'), 204],
      [remove('/{key}-bucket'), 204],
    ],
  },
];

const nulls: Case[] = [
  {
    section: 'User Guide, Working with objects in a versioning-enabled bucket',
    name: 'what was there before is the version null, and can be removed for ever',
    steps: [
      ...ownBucket,
      [versioning('Enabled'), 200],
      [get('/{key}-bucket/k'), { status: 200, body: 'before', headers: { 'x-amz-version-id': 'null' } }],
      [put('/{key}-bucket/k', 'after'), 200, VERSION],
      [get('/{key}-bucket/k?versionId=null'), { status: 200, body: 'before' }],
      [remove('/{key}-bucket/k?versionId={version}'), 204],
      [get('/{key}-bucket/k'), { status: 200, body: 'before' }],
      [remove('/{key}-bucket/k?versionId=null'), { status: 204, headers: { 'x-amz-version-id': 'null' } }],
      [get('/{key}-bucket/k'), gone],
      [get('/{key}-bucket?versions'), { status: 200, hasNot: ['<Version>', '<DeleteMarker>'] }],
    ],
  },
  {
    section: 'User Guide, Adding objects to versioning-suspended buckets',
    name: 'a write takes the place of the version null',
    steps: [
      ...ownBucket,
      [versioning('Enabled'), 200],
      [put('/{key}-bucket/k', 'kept'), 200, VERSION],
      [versioning('Suspended'), 200],
      [put('/{key}-bucket/k', 'null again'), { status: 200, headers: { 'x-amz-version-id': undefined } }],
      [get('/{key}-bucket/k'), { status: 200, body: 'null again', headers: { 'x-amz-version-id': 'null' } }],
      [get('/{key}-bucket/k?versionId={version}'), { status: 200, body: 'kept' }],
      [
        get('/{key}-bucket?versions'),
        {
          status: 200,
          has: [/<VersionId>null<.*<IsLatest>true<.*<IsLatest>false</s],
          hasNot: [/<VersionId>null<.*<VersionId>null</s],
        },
      ],
    ],
  },
  {
    section: 'User Guide, Deleting objects from versioning-suspended buckets',
    name: 'the marker is the version null, in the place of what was',
    steps: [
      ...ownBucket,
      [versioning('Enabled'), 200],
      [put('/{key}-bucket/k', 'kept'), 200, VERSION],
      [versioning('Suspended'), 200],
      [
        remove('/{key}-bucket/k'),
        { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': 'null' } },
      ],
      [get('/{key}-bucket/k'), { ...gone, headers: { 'x-amz-delete-marker': 'true' } }],
      [remove('/{key}-bucket/k'), { status: 204, headers: { 'x-amz-version-id': 'null' } }],
      [
        get('/{key}-bucket?versions'),
        { status: 200, has: ['<DeleteMarker>'], hasNot: [/<DeleteMarker>.*<DeleteMarker>/s, /<Version>.*<Version>/s] },
      ],
      [remove('/{key}-bucket/k?versionId=null'), { status: 204, headers: { 'x-amz-delete-marker': 'true' } }],
      [get('/{key}-bucket/k'), { status: 200, body: 'kept' }],
    ],
  },
  {
    section: 'User Guide, Suspending versioning',
    name: 'back and forth; the status is said',
    steps: [
      [put('/{key}-bucket'), 200],
      [get('/{key}-bucket?versioning'), { status: 200, hasNot: ['<Status>'] }],
      ...['Suspended', 'Enabled', 'Enabled', 'Suspended'].flatMap((status): Step[] => [
        [versioning(status), 200],
        [get('/{key}-bucket?versioning'), { status: 200, has: [`<Status>${status}</Status>`] }],
      ]),
    ],
  },
];

const conditional: Case[] = [
  {
    section: 'DeleteObject, If-Match',
    name: 'the ETag, then any; of nothing, nothing is done',
    steps: [
      [put('/unversioned/{key}', 'x'), 200, { etag: 'etag' }],
      [remove('/unversioned/{key}', { 'if-match': 'badetag' }), FAILED],
      [remove('/unversioned/{key}', { 'if-match': '{etag}' }), 204],
      [remove('/unversioned/{key}', { 'if-match': '*' }), 204],
      [remove('/unversioned/{key}', { 'if-match': 'badetag' }), 204],
      [put('/unversioned/{key}', 'x'), 200],
      [remove('/unversioned/{key}', { 'if-match': '*' }), 204],
      [head('/unversioned/{key}'), 404],
    ],
  },
  {
    section: 'DeleteObject, If-Match',
    name: 'with versions, about the newest, be it a marker',
    steps: [
      [
        remove('/versions/{key}', { 'if-match': 'badetag' }),
        { status: 204, headers: { 'x-amz-delete-marker': undefined } },
      ],
      [put('/versions/{key}', 'x'), 200, { etag: 'etag' }],
      [remove('/versions/{key}', { 'if-match': 'badetag' }), FAILED],
      [remove('/versions/{key}', { 'if-match': '{etag}' }), MARKER],
      [remove('/versions/{key}', { 'if-match': 'badetag' }), FAILED],
      [remove('/versions/{key}', { 'if-match': '*' }), 204],
    ],
  },
  {
    section: 'DeleteObject, If-Match',
    name: 'of a version',
    steps: [
      [put('/versions/{key}', 'x'), 200, { etag: 'etag', version: 'x-amz-version-id' }],
      [remove('/versions/{key}?versionId={version}', { 'if-match': 'badetag' }), FAILED],
      [
        remove('/versions/{key}?versionId={version}', { 'if-match': '{etag}' }),
        { status: 204, headers: { 'x-amz-delete-marker': undefined } },
      ],
      [remove('/versions/{key}?versionId={version}', { 'if-match': 'badetag' }), 204],
    ],
  },
  ...(
    [
      ['x-amz-if-match-size', '9999', '1'],
      ['x-amz-if-match-last-modified-time', 'Thu, 01 Jan 2015 00:00:00 GMT', '{modified}'],
    ] as const
  ).map(
    ([header, wrong, right]): Case => ({
      section: `DeleteObject, ${header}`,
      name: 'the right one; of nothing, nothing is done',
      steps: [
        [put('/unversioned/{key}', 'x'), 200],
        [head('/unversioned/{key}'), 200, { modified: 'last-modified' }],
        [remove('/unversioned/{key}', { [header]: wrong }), FAILED],
        [remove('/unversioned/{key}', { [header]: right }), 204],
        [remove('/unversioned/{key}', { [header]: wrong }), 204],
        [remove('/unversioned/{key}', { [header]: 'nonsense' }), { status: 400, code: 'InvalidArgument' }],
      ],
    }),
  ),
  {
    section: 'PutObject, If-Match',
    name: 'what is under a delete marker is not there',
    steps: [
      [put('/versions/{key}', '', { 'if-match': '*' }), gone],
      [put('/versions/{key}', 'x', { 'if-none-match': 'deadbeef' }), 200, { etag: 'etag' }],
      [put('/versions/{key}', 'y', { 'if-match': 'badetag' }), FAILED],
      [put('/versions/{key}', 'y', { 'if-match': '{etag}' }), 200, { newer: 'etag' }],
      [put('/versions/{key}', 'z', { 'if-match': '{etag}' }), FAILED],
      [put('/versions/{key}', 'z', { 'if-none-match': '{newer}' }), FAILED],
      [put('/versions/{key}', 'z', { 'if-none-match': '{etag}' }), 200],
      [remove('/versions/{key}'), MARKER],
      [put('/versions/{key}', 'a', { 'if-match': '*' }), gone],
      [put('/versions/{key}', 'a', { 'if-match': 'badetag' }), gone],
      [put('/versions/{key}', 'a', { 'if-none-match': '*' }), 200],
    ],
  },
];

const object = (...elements: string[]) => `<Object><Key>{key}</Key>${elements.join('')}</Object>`;
const batch = (...objects: string[]) => `<Delete>${objects.join('')}</Delete>`;

const batches: Case[] = [
  {
    section: 'DeleteObjects, VersionId',
    name: 'versions are removed, and again without an error',
    steps: [
      [put('/versions/{key}', 'x'), 200, VERSION],
      ...[1, 2].map(
        (): Step => [
          post('/versions?delete', batch(object('<VersionId>{version}</VersionId>'))),
          {
            status: 200,
            has: ['<Deleted><Key>{key}</Key><VersionId>{version}</VersionId></Deleted>'],
            hasNot: ['<Error>', '<DeleteMarker>'],
          },
        ],
      ),
      [listed(), { status: 200, hasNot: ['<Version>', '<DeleteMarker>'] }],
    ],
  },
  {
    section: 'DeleteObjects, DeleteMarkerVersionId',
    name: 'the id of the marker that was made',
    steps: [
      [put('/versions/{key}', 'x'), 200],
      [
        post('/versions?delete', batch(object())),
        { status: 200, has: ['<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>'], hasNot: ['<VersionId>'] },
        { marker: /<DeleteMarkerVersionId>([^<]*)/ },
      ],
      [listed(), { status: 200, has: [/<DeleteMarker>.*<IsLatest>true</s, '<VersionId>{marker}</VersionId>'] }],
      [
        post('/versions?delete', batch(object('<VersionId>{marker}</VersionId>'))),
        {
          status: 200,
          has: [
            '<VersionId>{marker}</VersionId><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>{marker}</DeleteMarkerVersionId>',
          ],
        },
      ],
      [get('/versions/{key}'), { status: 200, body: 'x' }],
    ],
  },
  {
    section: 'DeleteObjects, Quiet',
    name: 'only what failed is said',
    steps: [
      [put('/versions/{key}', 'x'), 200],
      [
        post('/versions?delete', batch('<Quiet>true</Quiet>', object(), object('<VersionId>notreal</VersionId>'))),
        { status: 200, has: ['<Error><Key>{key}</Key><VersionId>notreal</VersionId><Code>'], hasNot: ['<Deleted>'] },
      ],
    ],
  },
  ...(
    [
      ['ETag', 'badetag', '{etag}'],
      ['Size', '9999', '1'],
      ['LastModifiedTime', '2015-01-01T00:00:00Z', '{modified}'],
      ['LastModifiedTime', 'Thu, 01 Jan 2015 00:00:00 GMT', '{modified}'],
    ] as const
  ).map(
    ([name, wrong, right]): Case => ({
      section: `DeleteObjects, ${name}`,
      name: `${wrong} is not it`,
      steps: [
        [put('/unversioned/{key}', 'x'), 200, { etag: 'etag' }],
        [head('/unversioned/{key}'), 200, { modified: 'last-modified' }],
        [
          post('/unversioned?delete', batch(object(`<${name}>${wrong}</${name}>`))),
          { status: 200, has: ['<Code>PreconditionFailed</Code>'], hasNot: ['<Deleted>'] },
        ],
        [
          post('/unversioned?delete', batch(object(`<${name}>${right}</${name}>`))),
          { status: 200, has: ['<Deleted>'], hasNot: ['<Error>'] },
        ],
        [head('/unversioned/{key}'), 404],
        [
          post('/unversioned?delete', batch(object(`<${name}>${wrong}</${name}>`))),
          { status: 200, hasNot: ['<Error>'] },
        ],
      ],
    }),
  ),
];

const sub: Case[] = [
  {
    section: 'GetObjectTagging, PutObjectTagging, DeleteObjectTagging, versionId',
    name: 'each version has its own',
    steps: [
      [put('/versions/{key}', 'one', { 'x-amz-tagging': 'of=one' }), 200, VERSION],
      [put('/versions/{key}', 'two'), 200, { newest: 'x-amz-version-id' }],
      [
        get('/versions/{key}?tagging&versionId={version}'),
        { status: 200, has: ['<Value>one</Value>'], headers: { 'x-amz-version-id': '{version}' } },
      ],
      [
        get('/versions/{key}?tagging'),
        { status: 200, has: ['<TagSet/>'], headers: { 'x-amz-version-id': '{newest}' } },
      ],
      [
        put(
          '/versions/{key}?tagging&versionId={version}',
          '<Tagging><TagSet><Tag><Key>of</Key><Value>1</Value></Tag></TagSet></Tagging>',
        ),
        { status: 200, headers: { 'x-amz-version-id': '{version}' } },
      ],
      [head('/versions/{key}?versionId={version}'), { status: 200, headers: { 'x-amz-tagging-count': '1' } }],
      [
        remove('/versions/{key}?tagging&versionId={version}'),
        { status: 204, headers: { 'x-amz-version-id': '{version}' } },
      ],
      [get('/versions/{key}?tagging&versionId={version}'), { status: 200, has: ['<TagSet/>'] }],
    ],
  },
  {
    section: 'GetObjectAttributes, versionId',
    name: 'of a version, and of none',
    steps: [
      [put('/versions/{key}', 'one'), 200, VERSION],
      [put('/versions/{key}', 'three'), 200],
      [
        get('/versions/{key}?attributes&versionId={version}', { 'x-amz-object-attributes': 'ObjectSize' }),
        {
          status: 200,
          has: ['<ObjectSize>3</ObjectSize>'],
          headers: { 'x-amz-version-id': '{version}', 'x-amz-delete-marker': undefined },
        },
      ],
      [
        get('/versions/{key}?attributes&versionId=null', { 'x-amz-object-attributes': 'ObjectSize' }),
        { status: 404, code: 'NoSuchVersion' },
      ],
    ],
  },
  {
    section: 'GetObjectTagging',
    name: 'of a delete marker',
    steps: [
      [remove('/versions/{key}'), MARKER, { marker: 'x-amz-version-id' }],
      [get('/versions/{key}?tagging'), gone],
      [get('/versions/{key}?tagging&versionId={marker}'), { status: 405, code: 'MethodNotAllowed' }],
    ],
  },
];

const three: Step[] = ['one', 'two', 'three'].map((name) => [
  put('/versions/{key}', name),
  200,
  { [name]: 'x-amz-version-id' },
]);
const lists: Case[] = [
  {
    section: 'ListObjectVersions',
    name: 'the newest first, each with what it is',
    steps: [
      ...three,
      [
        listed(),
        {
          status: 200,
          has: [
            '<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            '<VersionId>{three}</VersionId><IsLatest>true</IsLatest>',
            '<VersionId>{two}</VersionId><IsLatest>false</IsLatest>',
            /<Size>5<.*<Size>3<.*<Size>3</s,
            '<StorageClass>STANDARD</StorageClass>',
            '<Owner><ID>',
            '<KeyMarker/>',
            '<VersionIdMarker/>',
            '<IsTruncated>false</IsTruncated>',
          ],
          hasNot: ['<NextKeyMarker', '<NextVersionIdMarker', '<Delimiter'],
        },
      ],
    ],
  },
  {
    section: 'ListObjectVersions, version-id-marker',
    name: 'pages go on between the versions of a key',
    steps: [
      ...three,
      [
        listed('&max-keys=2'),
        {
          status: 200,
          has: [
            '<IsTruncated>true</IsTruncated>',
            '<NextKeyMarker>{key}</NextKeyMarker>',
            '<NextVersionIdMarker>{two}</NextVersionIdMarker>',
          ],
        },
      ],
      [
        listed('&max-keys=2&key-marker={key}&version-id-marker={two}'),
        {
          status: 200,
          has: ['<VersionId>{one}</VersionId>', '<IsTruncated>false</IsTruncated>', '<KeyMarker>{key}</KeyMarker>'],
          hasNot: ['<VersionId>{two}</VersionId>'],
        },
      ],
      [listed('&key-marker={key}'), { status: 200, hasNot: ['<Version>'] }],
    ],
  },
  {
    section: 'ListObjectVersions, version-id-marker',
    name: 'without a key it is refused',
    steps: [[listed('&version-id-marker=null'), { status: 400, code: 'InvalidArgument' }]],
  },
  {
    section: 'ListObjectVersions, delimiter',
    name: 'groups keys, whatever they have of versions',
    steps: [
      [put('/versions/{key}/a/1', 'x'), 200],
      [put('/versions/{key}/a/1', 'y'), 200],
      [remove('/versions/{key}/a/2'), 204],
      [put('/versions/{key}/b', 'x'), 200],
      [
        get('/versions?versions&prefix={key}/&delimiter=/'),
        {
          status: 200,
          has: [
            '<CommonPrefixes><Prefix>{key}/a/</Prefix></CommonPrefixes>',
            '<Key>{key}/b</Key>',
            '<Delimiter>/</Delimiter>',
          ],
          hasNot: ['<DeleteMarker>', 'a/1'],
        },
      ],
      [
        get('/versions?versions&prefix={key}/&delimiter=/&max-keys=1'),
        {
          status: 200,
          has: ['<IsTruncated>true</IsTruncated>', '<NextKeyMarker>{key}/a/</NextKeyMarker>'],
          hasNot: ['<Version>'],
        },
      ],
      [
        get('/versions?versions&prefix={key}/&delimiter=/&key-marker={key}/a/'),
        { status: 200, has: ['<Key>{key}/b</Key>'], hasNot: ['<CommonPrefixes>'] },
      ],
    ],
  },
  {
    section: 'ListObjectVersions, encoding-type',
    name: 'keys are encoded',
    steps: [
      [put('/versions/{key}%20%2B', 'x'), 200],
      [
        listed('&encoding-type=url'),
        { status: 200, has: ['<EncodingType>url</EncodingType>', '<Key>{key}%20%2B</Key>'] },
      ],
    ],
  },
  {
    section: 'ListObjectVersions',
    name: 'where no versions are kept all are null and the latest',
    steps: [
      [put('/unversioned/{key}', 'x'), 200],
      [
        get('/unversioned?versions&prefix={key}'),
        { status: 200, has: ['<Version><Key>{key}</Key><VersionId>null</VersionId><IsLatest>true</IsLatest>'] },
      ],
    ],
  },
  {
    section: 'ListObjectVersions, max-keys',
    name: 'what is no number; none',
    steps: [
      [listed('&max-keys=blah'), { status: 400, code: 'InvalidArgument' }],
      [listed('&max-keys=0'), { status: 200, has: ['<MaxKeys>0</MaxKeys>', '<IsTruncated>false</IsTruncated>'] }],
    ],
  },
  {
    section: 'ListObjectVersions, Bucket',
    name: 'one that is not there',
    steps: [[get('/no-such-bucket?versions'), { status: 404, code: 'NoSuchBucket' }]],
  },
  {
    section: 'ListObjects, in a bucket with versions',
    name: 'only what is there now',
    steps: [
      [put('/versions/{key}-a', 'x'), 200],
      [put('/versions/{key}-a', 'y'), 200],
      [put('/versions/{key}-b', 'x'), 200],
      [remove('/versions/{key}-b'), 204],
      [
        get('/versions?list-type=2&prefix={key}-'),
        { status: 200, has: ['<KeyCount>1</KeyCount>', '<Key>{key}-a</Key>'] },
      ],
    ],
  },
];

describe('versions', () => {
  conformanceCases(ask, [...enabled, ...nulls, ...conditional, ...batches, ...sub, ...lists]);

  test('User Guide, Retaining multiple versions: writes and deletions at once each count once', async () => {
    const bodies = Array.from({ length: 8 }, (_, index) => `body ${index}`);
    const written = await Promise.all(bodies.map((body) => ask(put('/versions-raced/k', body))));
    const ids = written.map(({ headers }) => String(headers['x-amz-version-id']));
    expect(new Set(ids).size).toBe(bodies.length);
    const read = await Promise.all(ids.map((id) => ask(get(`/versions-raced/k?versionId=${id}`))));
    expect(read.map(({ text }) => text)).toEqual(bodies);
    const objects = ids.map((id) => `<Object><Key>k</Key><VersionId>${id}</VersionId></Object>`).join('');
    const answers = await Promise.all([1, 2, 3].map(() => ask(checked(`<Delete>${objects}</Delete>`))));
    for (const { text } of answers) expect(text.match(/<Deleted>/g)).toHaveLength(ids.length);
    expect((await ask(get('/versions-raced?versions'))).text).not.toContain('<Version>');
  });
});

function checked(body: string) {
  const checksum = { 'content-md5': createHash('md5').update(body).digest('base64') };
  return post('/versions-raced?delete', body, checksum);
}
