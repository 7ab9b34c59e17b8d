/** Versions of objects, by the S3 API Reference and the User Guide’s "Retaining multiple versions of objects". */
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

describe('versions', () => {
  conformanceCases(ask, [...enabled, ...nulls, ...sub]);

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
