/** ListObjectVersions, by what the S3 API Reference says of it. */
import { describe } from 'vitest';
import { type Case, conformanceCases, get, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['listed-plain'], versioned: ['listed-versions'] });

const listed = (query = '') => get(`/listed-versions?versions&prefix={key}${query}`);

const three: Step[] = ['one', 'two', 'three'].map((name) => [
  put('/listed-versions/{key}', name),
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
      [put('/listed-versions/{key}/a/1', 'x'), 200],
      [put('/listed-versions/{key}/a/1', 'y'), 200],
      [remove('/listed-versions/{key}/a/2'), 204],
      [put('/listed-versions/{key}/b', 'x'), 200],
      [
        get('/listed-versions?versions&prefix={key}/&delimiter=/'),
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
        get('/listed-versions?versions&prefix={key}/&delimiter=/&max-keys=1'),
        {
          status: 200,
          has: ['<IsTruncated>true</IsTruncated>', '<NextKeyMarker>{key}/a/</NextKeyMarker>'],
          hasNot: ['<Version>'],
        },
      ],
      [
        get('/listed-versions?versions&prefix={key}/&delimiter=/&key-marker={key}/a/'),
        { status: 200, has: ['<Key>{key}/b</Key>'], hasNot: ['<CommonPrefixes>'] },
      ],
    ],
  },
  {
    section: 'ListObjectVersions, encoding-type',
    name: 'keys are encoded',
    steps: [
      [put('/listed-versions/{key}%20%2B', 'x'), 200],
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
      [put('/listed-plain/{key}', 'x'), 200],
      [
        get('/listed-plain?versions&prefix={key}'),
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
      [put('/listed-versions/{key}-a', 'x'), 200],
      [put('/listed-versions/{key}-a', 'y'), 200],
      [put('/listed-versions/{key}-b', 'x'), 200],
      [remove('/listed-versions/{key}-b'), 204],
      [
        get('/listed-versions?list-type=2&prefix={key}-'),
        { status: 200, has: ['<KeyCount>1</KeyCount>', '<Key>{key}-a</Key>'] },
      ],
    ],
  },
];

describe('listings of versions', () => {
  conformanceCases(ask, [...lists]);
});
