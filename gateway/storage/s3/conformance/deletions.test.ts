/** DeleteObject under conditions, and DeleteObjects, by what the S3 API Reference says of them. */
import { describe } from 'vitest';
import { type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['deleted'], versioned: ['deleted-versions'] });

const AT = '/deleted/{key}';

const VERSION = { version: 'x-amz-version-id' };

const MARKER = { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': /./ } };

const gone = { status: 404, code: 'NoSuchKey' };

const FAILED = { status: 412, code: 'PreconditionFailed' };

const REFUSED = { status: 400, code: 'InvalidRequest' };

const listed = (query = '') => get(`/deleted-versions?versions&prefix={key}${query}`);

const conditional: Case[] = [
  {
    section: 'DeleteObject, If-Match',
    name: 'the ETag, then any; of nothing, nothing is done',
    steps: [
      [put('/deleted/{key}', 'x'), 200, { etag: 'etag' }],
      [remove('/deleted/{key}', { 'if-match': 'badetag' }), FAILED],
      [remove('/deleted/{key}', { 'if-match': '{etag}' }), 204],
      [remove('/deleted/{key}', { 'if-match': '*' }), 204],
      [remove('/deleted/{key}', { 'if-match': 'badetag' }), 204],
      [put('/deleted/{key}', 'x'), 200],
      [remove('/deleted/{key}', { 'if-match': '*' }), 204],
      [head('/deleted/{key}'), 404],
    ],
  },
  {
    section: 'DeleteObject, If-Match',
    name: 'with versions, about the newest, be it a marker',
    steps: [
      [
        remove('/deleted-versions/{key}', { 'if-match': 'badetag' }),
        { status: 204, headers: { 'x-amz-delete-marker': undefined } },
      ],
      [put('/deleted-versions/{key}', 'x'), 200, { etag: 'etag' }],
      [remove('/deleted-versions/{key}', { 'if-match': 'badetag' }), FAILED],
      [remove('/deleted-versions/{key}', { 'if-match': '{etag}' }), MARKER],
      [remove('/deleted-versions/{key}', { 'if-match': 'badetag' }), FAILED],
      [remove('/deleted-versions/{key}', { 'if-match': '*' }), 204],
    ],
  },
  {
    section: 'DeleteObject, If-Match',
    name: 'of a version',
    steps: [
      [put('/deleted-versions/{key}', 'x'), 200, { etag: 'etag', version: 'x-amz-version-id' }],
      [remove('/deleted-versions/{key}?versionId={version}', { 'if-match': 'badetag' }), FAILED],
      [
        remove('/deleted-versions/{key}?versionId={version}', { 'if-match': '{etag}' }),
        { status: 204, headers: { 'x-amz-delete-marker': undefined } },
      ],
      [remove('/deleted-versions/{key}?versionId={version}', { 'if-match': 'badetag' }), 204],
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
        [put('/deleted/{key}', 'x'), 200],
        [head('/deleted/{key}'), 200, { modified: 'last-modified' }],
        [remove('/deleted/{key}', { [header]: wrong }), FAILED],
        [remove('/deleted/{key}', { [header]: right }), 204],
        [remove('/deleted/{key}', { [header]: wrong }), 204],
        [remove('/deleted/{key}', { [header]: 'nonsense' }), { status: 400, code: 'InvalidArgument' }],
      ],
    }),
  ),
  {
    section: 'PutObject, If-Match',
    name: 'what is under a delete marker is not there',
    steps: [
      [put('/deleted-versions/{key}', '', { 'if-match': '*' }), gone],
      [put('/deleted-versions/{key}', 'x', { 'if-none-match': 'deadbeef' }), 200, { etag: 'etag' }],
      [put('/deleted-versions/{key}', 'y', { 'if-match': 'badetag' }), FAILED],
      [put('/deleted-versions/{key}', 'y', { 'if-match': '{etag}' }), 200, { newer: 'etag' }],
      [put('/deleted-versions/{key}', 'z', { 'if-match': '{etag}' }), FAILED],
      [put('/deleted-versions/{key}', 'z', { 'if-none-match': '{newer}' }), FAILED],
      [put('/deleted-versions/{key}', 'z', { 'if-none-match': '{etag}' }), 200],
      [remove('/deleted-versions/{key}'), MARKER],
      [put('/deleted-versions/{key}', 'a', { 'if-match': '*' }), gone],
      [put('/deleted-versions/{key}', 'a', { 'if-match': 'badetag' }), gone],
      [put('/deleted-versions/{key}', 'a', { 'if-none-match': '*' }), 200],
    ],
  },
];

const object = (...elements: string[]) => `<Object><Key>{key}</Key>${elements.join('')}</Object>`;

const batch = (...objects: string[]) => `<Delete>${objects.join('')}</Delete>`;

const ofVersions: Case[] = [
  {
    section: 'DeleteObjects, VersionId',
    name: 'versions are removed, and again without an error',
    steps: [
      [put('/deleted-versions/{key}', 'x'), 200, VERSION],
      ...[1, 2].map(
        (): Step => [
          post('/deleted-versions?delete', batch(object('<VersionId>{version}</VersionId>'))),
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
      [put('/deleted-versions/{key}', 'x'), 200],
      [
        post('/deleted-versions?delete', batch(object())),
        { status: 200, has: ['<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>'], hasNot: ['<VersionId>'] },
        { marker: /<DeleteMarkerVersionId>([^<]*)/ },
      ],
      [listed(), { status: 200, has: [/<DeleteMarker>.*<IsLatest>true</s, '<VersionId>{marker}</VersionId>'] }],
      [
        post('/deleted-versions?delete', batch(object('<VersionId>{marker}</VersionId>'))),
        {
          status: 200,
          has: [
            '<VersionId>{marker}</VersionId><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>{marker}</DeleteMarkerVersionId>',
          ],
        },
      ],
      [get('/deleted-versions/{key}'), { status: 200, body: 'x' }],
    ],
  },
  {
    section: 'DeleteObjects, Quiet',
    name: 'only what failed is said',
    steps: [
      [put('/deleted-versions/{key}', 'x'), 200],
      [
        post(
          '/deleted-versions?delete',
          batch('<Quiet>true</Quiet>', object(), object('<VersionId>notreal</VersionId>')),
        ),
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
        [put('/deleted/{key}', 'x'), 200, { etag: 'etag' }],
        [head('/deleted/{key}'), 200, { modified: 'last-modified' }],
        [
          post('/deleted?delete', batch(object(`<${name}>${wrong}</${name}>`))),
          { status: 200, has: ['<Code>PreconditionFailed</Code>'], hasNot: ['<Deleted>'] },
        ],
        [
          post('/deleted?delete', batch(object(`<${name}>${right}</${name}>`))),
          { status: 200, has: ['<Deleted>'], hasNot: ['<Error>'] },
        ],
        [head('/deleted/{key}'), 404],
        [post('/deleted?delete', batch(object(`<${name}>${wrong}</${name}>`))), { status: 200, hasNot: ['<Error>'] }],
      ],
    }),
  ),
];

const ofKeys = (...keys: string[]) =>
  `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`;

const BATCH = '/deleted?delete';

const plain: Case[] = [
  {
    section: 'DeleteObjects',
    name: 'each is answered, there or not; again',
    steps: [
      [put(AT, 'x'), 200],
      ...[1, 2].map(
        (): Step => [
          post(BATCH, ofKeys('{key}', '{key}-not')),
          {
            status: 200,
            has: [
              '<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
              '<Deleted><Key>{key}</Key></Deleted><Deleted><Key>{key}-not</Key></Deleted>',
            ],
            hasNot: ['<Error>'],
          },
        ],
      ),
      [head(AT), 404],
    ],
  },
  {
    section: 'DeleteObjects, Key',
    name: 'as it is: blanks, markup, references',
    steps: [
      [put('/deleted/%20x%20', 'x'), 200],
      [put('/deleted/%3C%26%3E', 'x'), 200],
      [
        post(BATCH, ofKeys(' x ', '&lt;&amp;&#62;')),
        { status: 200, has: ['<Key> x </Key>', '<Key>&lt;&amp;&gt;</Key>'] },
      ],
      [head('/deleted/%20x%20'), 404],
      [head('/deleted/%3C%26%3E'), 404],
    ],
  },
  {
    section: 'DeleteObjects, Request Body',
    name: 'a thousand at most, one at least, XML, whole',
    steps: [
      [
        post(BATCH, ofKeys(...Array.from({ length: 1001 }, (_, index) => `none-${index}`))),
        { status: 400, code: 'MalformedXML' },
      ],
      [
        post(BATCH, ofKeys(...Array.from({ length: 1000 }, (_, index) => `none-${index}`))),
        { status: 200, has: ['<Key>none-999</Key>'] },
      ],
      [post(BATCH, '<Delete/>'), { status: 400, code: 'MalformedXML' }],
      [post(BATCH, '<Delete>'), { status: 400, code: 'MalformedXML' }],
      [post(BATCH, ''), { status: 400, code: 'MalformedXML' }],
      [post(BATCH, ofKeys('x'), { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }), { status: 400, code: 'BadDigest' }],
      [{ method: 'POST', target: BATCH, body: ofKeys('x') }, REFUSED],
      [post('/no-such-bucket?delete', ofKeys('x')), { status: 404, code: 'NoSuchBucket' }],
    ],
  },
  {
    section: 'DeleteObjects, Quiet',
    name: 'says nothing of what went well',
    steps: [
      [put(AT, 'x'), 200],
      [
        post(BATCH, ofKeys('{key}').replace('<Object>', '<Quiet>true</Quiet><Object>')),
        { status: 200, hasNot: ['<Deleted>'] },
      ],
      [head(AT), 404],
    ],
  },
];

describe('deletions', () => {
  conformanceCases(ask, [...conditional, ...ofVersions, ...plain]);
});
