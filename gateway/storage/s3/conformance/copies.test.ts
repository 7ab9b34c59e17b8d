/** CopyObject and UploadPartCopy, by what the S3 API Reference says of them. */
import { createHash } from 'node:crypto';
import { describe } from 'vitest';
import { type Case, conformanceCases, get, head, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['copied-from', 'copied-to'], versioned: ['copied-versions'] });

const BODY = 'what is copied';
const ETAG = `"${createHash('md5').update(BODY).digest('hex')}"`;
const PAST = 'Sat, 29 Oct 1994 19:43:31 GMT';
const FUTURE = 'Sat, 29 Oct 2094 19:43:31 GMT';

const DESCRIBED = {
  'content-type': 'text/bla',
  'cache-control': 'no-store',
  'content-disposition': 'inline',
  'content-encoding': 'zip',
  'content-language': 'eo',
  expires: FUTURE,
  'x-amz-meta-foo': 'bar',
};
const made: Step = [put('/copied-from/{key}', BODY, { ...DESCRIBED, 'x-amz-tagging': 'a=1&b=2' }), 200];
const copy = (target: string, source: string, more: Record<string, string> = {}) =>
  put(target, '', { 'x-amz-copy-source': source, ...more });
const REFUSED = { status: 412, code: 'PreconditionFailed' };

const directives: Case[] = [
  {
    section: 'CopyObject',
    name: 'bytes, metadata, system headers and tags are the source’s',
    steps: [
      made,
      [
        copy('/copied-to/{key}', '/copied-from/{key}'),
        { status: 200, has: ['<CopyObjectResult', '<LastModified>', '<ETag>'] },
      ],
      [
        get('/copied-to/{key}'),
        { status: 200, body: BODY, headers: { ...DESCRIBED, etag: ETAG, 'x-amz-tagging-count': '2' } },
      ],
    ],
  },
  {
    section: 'CopyObject, x-amz-metadata-directive',
    name: 'COPY passes over what the request says of metadata',
    steps: [
      made,
      [
        copy('/copied-to/{key}', '/copied-from/{key}', {
          'x-amz-metadata-directive': 'COPY',
          'x-amz-meta-foo': 'other',
          'content-type': 'a/b',
        }),
        200,
      ],
      [head('/copied-to/{key}'), { status: 200, headers: DESCRIBED }],
    ],
  },
  {
    section: 'CopyObject, x-amz-metadata-directive',
    name: 'REPLACE takes all of it from the request',
    steps: [
      made,
      [
        copy('/copied-to/{key}', '/copied-from/{key}', {
          'x-amz-metadata-directive': 'REPLACE',
          'content-type': 'audio/ogg',
          'x-amz-meta-key3': 'value3',
        }),
        200,
      ],
      [
        head('/copied-to/{key}'),
        {
          status: 200,
          headers: {
            'content-type': 'audio/ogg',
            'x-amz-meta-key3': 'value3',
            'x-amz-meta-foo': undefined,
            'cache-control': undefined,
            'content-language': undefined,
            etag: ETAG,
            'x-amz-tagging-count': '2',
          },
        },
      ],
    ],
  },
  {
    section: 'CopyObject, x-amz-metadata-directive',
    name: 'REPLACE without a content type gives the default one',
    steps: [
      made,
      [copy('/copied-to/{key}', '/copied-from/{key}', { 'x-amz-metadata-directive': 'REPLACE' }), 200],
      [head('/copied-to/{key}'), { status: 200, headers: { 'content-type': 'binary/octet-stream' } }],
    ],
  },
  {
    section: 'CopyObject, x-amz-metadata-directive',
    name: 'another word is refused',
    steps: [
      made,
      [
        copy('/copied-to/{key}', '/copied-from/{key}', { 'x-amz-metadata-directive': 'MERGE' }),
        { status: 400, code: 'InvalidArgument' },
      ],
      [head('/copied-to/{key}'), 404],
    ],
  },
  {
    section: 'CopyObject, x-amz-tagging-directive',
    name: 'REPLACE takes the tags of the request',
    steps: [
      made,
      [
        copy('/copied-to/{key}', '/copied-from/{key}', {
          'x-amz-tagging-directive': 'REPLACE',
          'x-amz-tagging': 'c=3',
        }),
        200,
      ],
      [
        get('/copied-to/{key}?tagging'),
        { status: 200, has: ['<TagSet><Tag><Key>c</Key><Value>3</Value></Tag></TagSet>'] },
      ],
      [head('/copied-to/{key}'), { status: 200, headers: { 'x-amz-meta-foo': 'bar' } }],
    ],
  },
  {
    section: 'CopyObject, x-amz-tagging-directive',
    name: 'REPLACE without tags leaves none',
    steps: [
      made,
      [copy('/copied-to/{key}', '/copied-from/{key}', { 'x-amz-tagging-directive': 'REPLACE' }), 200],
      [head('/copied-to/{key}'), { status: 200, headers: { 'x-amz-tagging-count': undefined } }],
    ],
  },
  {
    section: 'CopyObject, x-amz-tagging-directive',
    name: 'another word is refused',
    steps: [
      made,
      [
        copy('/copied-to/{key}', '/copied-from/{key}', { 'x-amz-tagging-directive': 'KEEP' }),
        { status: 400, code: 'InvalidArgument' },
      ],
    ],
  },
  {
    section: 'CopyObject, x-amz-storage-class',
    name: 'a class that is none is refused',
    steps: [
      made,
      [
        copy('/copied-to/{key}', '/copied-from/{key}', { 'x-amz-storage-class': 'BEST' }),
        { status: 400, code: 'InvalidStorageClass' },
      ],
    ],
  },
  {
    section: 'CopyObject, x-amz-acl',
    name: 'private is what copies are',
    steps: [made, [copy('/copied-to/{key}', '/copied-from/{key}', { 'x-amz-acl': 'private' }), 200]],
  },
];

const ontoThemselves: Case[] = [
  {
    section: 'CopyObject, onto itself',
    name: 'without a change is refused',
    steps: [made, [copy('/copied-from/{key}', '/copied-from/{key}'), { status: 400, code: 'InvalidRequest' }]],
  },
  {
    section: 'CopyObject, onto itself',
    name: 'changes metadata in place',
    steps: [
      made,
      [
        copy('/copied-from/{key}', '/copied-from/{key}', {
          'x-amz-metadata-directive': 'REPLACE',
          'x-amz-meta-foo': 'new',
        }),
        200,
      ],
      [get('/copied-from/{key}'), { status: 200, body: BODY, headers: { 'x-amz-meta-foo': 'new', etag: ETAG } }],
    ],
  },
  {
    section: 'CopyObject, onto itself',
    name: 'brings an old version back',
    steps: [
      [put('/copied-versions/{key}', 'old'), 200, { old: 'x-amz-version-id' }],
      [put('/copied-versions/{key}', 'new'), 200],
      [
        copy('/copied-versions/{key}', '/copied-versions/{key}?versionId={old}'),
        { status: 200, headers: { 'x-amz-copy-source-version-id': '{old}' } },
      ],
      [get('/copied-versions/{key}'), { status: 200, body: 'old' }],
    ],
  },
];

const sources: Case[] = [
  {
    section: 'CopyObject, x-amz-copy-source',
    name: 'names a version; the copy’s own is told',
    steps: [
      [put('/copied-versions/{key}', 'old'), 200, { old: 'x-amz-version-id' }],
      [put('/copied-versions/{key}', 'new'), 200, { new: 'x-amz-version-id' }],
      [
        copy('/copied-versions/{key}-copy', 'copied-versions/{key}?versionId={old}'),
        { status: 200, headers: { 'x-amz-copy-source-version-id': '{old}', 'x-amz-version-id': /./ } },
      ],
      [get('/copied-versions/{key}-copy'), { status: 200, body: 'old' }],
      [
        copy('/copied-to/{key}', 'copied-versions/{key}'),
        { status: 200, headers: { 'x-amz-copy-source-version-id': '{new}', 'x-amz-version-id': undefined } },
      ],
      [get('/copied-to/{key}'), { status: 200, body: 'new' }],
    ],
  },
  {
    section: 'CopyObject, x-amz-copy-source',
    name: 'a version that is not there',
    steps: [
      [put('/copied-versions/{key}', 'x'), 200],
      [copy('/copied-to/{key}', 'copied-versions/{key}?versionId=null'), { status: 404, code: 'NoSuchVersion' }],
      [copy('/copied-to/{key}', 'copied-versions/{key}?versionId='), { status: 400, code: 'InvalidArgument' }],
    ],
  },
  {
    section: 'CopyObject, x-amz-copy-source',
    name: 'a delete marker is no source',
    steps: [
      [put('/copied-versions/{key}', 'x'), 200],
      [remove('/copied-versions/{key}'), 204, { marker: 'x-amz-version-id' }],
      [copy('/copied-to/{key}', 'copied-versions/{key}'), { status: 404, code: 'NoSuchKey' }],
      [copy('/copied-to/{key}', 'copied-versions/{key}?versionId={marker}'), { status: 400, code: 'InvalidRequest' }],
    ],
  },
  ...(
    [
      ['copied-from/nothing', 404, 'NoSuchKey'],
      ['no-such-bucket/nothing', 404, 'NoSuchBucket'],
      ['copied-from', 400, 'InvalidArgument'],
      ['copied-from/', 400, 'InvalidArgument'],
      ['/', 400, 'InvalidArgument'],
      ['%zz/%zz', 400, 'InvalidArgument'],
    ] as const
  ).map(
    ([source, status, code]): Case => ({
      section: 'CopyObject, x-amz-copy-source',
      name: `${JSON.stringify(source)} is answered ${code}`,
      steps: [[copy('/copied-to/{key}', source), { status, code }]],
    }),
  ),
  ...[' ', '_', '__', '?versionId', '%25', 'a+b', 'ü', 'a//b', '../x', 'slash/'].map(
    (key): Case => ({
      section: 'CopyObject, x-amz-copy-source',
      name: `the key ${JSON.stringify(key)} is percent-encoded there`,
      steps: [
        [put(`/copied-from/${encodeURIComponent(key)}`, `of ${key}`), 200],
        [copy('/copied-to/{key}', `copied-from/${encodeURIComponent(key)}`), 200],
        [get('/copied-to/{key}'), { status: 200, body: `of ${key}` }],
      ],
    }),
  ),
  {
    section: 'CopyObject, x-amz-copy-source',
    name: 'an empty object',
    steps: [
      [put('/copied-from/{key}'), 200],
      [copy('/copied-to/{key}', 'copied-from/{key}'), 200],
      [head('/copied-to/{key}'), { status: 200, headers: { 'content-length': '0' } }],
    ],
  },
  {
    section: 'CopyObject, Bucket',
    name: 'a target that is not there',
    steps: [made, [copy('/no-such-bucket/{key}', 'copied-from/{key}'), { status: 404, code: 'NoSuchBucket' }]],
  },
  {
    section: 'CopyObject, Checksum',
    name: 'the copy has the source’s',
    steps: [
      [put('/copied-from/{key}', BODY, { 'x-amz-checksum-crc32': '/////w==' }), { status: 400, code: 'BadDigest' }],
      [
        put('/copied-from/{key}', BODY, {
          'x-amz-sdk-checksum-algorithm': 'SHA256',
          'x-amz-checksum-sha256': sha256(BODY),
        }),
        200,
      ],
      [copy('/copied-to/{key}', 'copied-from/{key}'), 200],
      [
        head('/copied-to/{key}', { 'x-amz-checksum-mode': 'ENABLED' }),
        { status: 200, headers: { 'x-amz-checksum-sha256': sha256(BODY), 'x-amz-checksum-type': 'FULL_OBJECT' } },
      ],
    ],
  },
];

const conditions: Case[] = (
  [
    ['if-match', ETAG, true],
    ['if-match', ETAG.slice(1, -1), true],
    ['if-match', '*', true],
    ['if-match', '"ABCORZ"', false],
    ['if-none-match', '"ABCORZ"', true],
    ['if-none-match', ETAG, false],
    ['if-none-match', '*', false],
    ['if-modified-since', PAST, true],
    ['if-modified-since', FUTURE, false],
    ['if-unmodified-since', FUTURE, true],
    ['if-unmodified-since', PAST, false],
  ] as const
).map(([condition, value, holds]) => ({
  section: `CopyObject, x-amz-copy-source-${condition}`,
  name: `${value} ${holds ? 'holds' : 'does not hold'}`,
  steps: [
    made,
    [
      copy('/copied-to/{key}', 'copied-from/{key}', { [`x-amz-copy-source-${condition}`]: value }),
      holds ? 200 : REFUSED,
    ],
    [head('/copied-to/{key}'), holds ? 200 : 404],
  ],
}));

const conditionsTogether: Case[] = [
  {
    section: 'CopyObject, x-amz-copy-source-if-match',
    name: 'that holds outweighs if-unmodified-since that does not',
    steps: [
      made,
      [
        copy('/copied-to/{key}', 'copied-from/{key}', {
          'x-amz-copy-source-if-match': ETAG,
          'x-amz-copy-source-if-unmodified-since': PAST,
        }),
        200,
      ],
    ],
  },
  {
    section: 'CopyObject, x-amz-copy-source-if-none-match',
    name: 'that does not hold outweighs if-modified-since that does',
    steps: [
      made,
      [
        copy('/copied-to/{key}', 'copied-from/{key}', {
          'x-amz-copy-source-if-none-match': ETAG,
          'x-amz-copy-source-if-modified-since': PAST,
        }),
        REFUSED,
      ],
    ],
  },
  {
    section: 'CopyObject, If-None-Match',
    name: 'is about the target',
    steps: [
      made,
      [copy('/copied-to/{key}', 'copied-from/{key}', { 'if-none-match': '*' }), 200],
      [copy('/copied-to/{key}', 'copied-from/{key}', { 'if-none-match': '*' }), REFUSED],
    ],
  },
];

const begin: Step = [{ method: 'POST', target: '/copied-to/{key}?uploads' }, 200, { upload: /<UploadId>([^<]*)/ }];
const copyPart = (source: string, more: Record<string, string> = {}) =>
  copy('/copied-to/{key}?partNumber=1&uploadId={upload}', source, more);

const parts: Case[] = [
  {
    section: 'UploadPartCopy',
    name: 'answers the MD5 of what was copied, in XML',
    steps: [
      made,
      begin,
      [
        copyPart('copied-from/{key}'),
        { status: 200, has: ['<CopyPartResult', '<LastModified>', ETAG.replaceAll('"', '&quot;')] },
      ],
    ],
  },
  {
    section: 'UploadPartCopy, x-amz-copy-source-range',
    name: 'one byte',
    steps: [
      made,
      begin,
      [copyPart('copied-from/{key}', { 'x-amz-copy-source-range': 'bytes=0-0' }), 200],
      [
        get('/copied-to/{key}?uploadId={upload}'),
        { status: 200, has: ['<PartNumber>1</PartNumber>', '<Size>1</Size>'] },
      ],
    ],
  },
  ...[
    '0-2',
    'bytes=0',
    'bytes=hello-world',
    'bytes=0-bar',
    'bytes=hello-',
    'bytes=0-2,3-5',
    'bytes=3-1',
    'bytes=-3',
  ].map(
    (range): Case => ({
      section: 'UploadPartCopy, x-amz-copy-source-range',
      name: `${range} is no range`,
      steps: [
        made,
        begin,
        [copyPart('copied-from/{key}', { 'x-amz-copy-source-range': range }), { status: 400, code: 'InvalidArgument' }],
      ],
    }),
  ),
  ...['bytes=0-21', 'bytes=14-14', 'bytes=100-200'].map(
    (range): Case => ({
      section: 'UploadPartCopy, x-amz-copy-source-range',
      name: `${range} of 14 bytes is beyond the end`,
      steps: [
        made,
        begin,
        [copyPart('copied-from/{key}', { 'x-amz-copy-source-range': range }), { status: 416, code: 'InvalidRange' }],
      ],
    }),
  ),
  {
    section: 'UploadPartCopy, x-amz-copy-source',
    name: 'a version',
    steps: [
      begin,
      [put('/copied-versions/{key}', 'old'), 200, { old: 'x-amz-version-id' }],
      [put('/copied-versions/{key}', 'newer'), 200],
      [
        copyPart('copied-versions/{key}?versionId={old}'),
        { status: 200, headers: { 'x-amz-copy-source-version-id': '{old}' } },
      ],
      [get('/copied-to/{key}?uploadId={upload}'), { status: 200, has: ['<Size>3</Size>'] }],
    ],
  },
  {
    section: 'UploadPartCopy, x-amz-copy-source',
    name: 'a source that is not there, or an upload that is not',
    steps: [
      begin,
      [copyPart('copied-from/nothing'), { status: 404, code: 'NoSuchKey' }],
      [copyPart('no-such-bucket/nothing'), { status: 404, code: 'NoSuchBucket' }],
      made,
      [copy('/copied-to/{key}?partNumber=1&uploadId=none', 'copied-from/{key}'), { status: 404, code: 'NoSuchUpload' }],
      [
        copy('/copied-to/{key}?partNumber=0&uploadId={upload}', 'copied-from/{key}'),
        { status: 400, code: 'InvalidArgument' },
      ],
    ],
  },
  {
    section: 'UploadPartCopy, x-amz-copy-source',
    name: 'a percent sign in the key is percent-encoded as well',
    steps: [
      begin,
      [put('/copied-from/percent%2525.txt', 'foo'), 200],
      [copyPart('copied-from/percent%25.txt'), { status: 404, code: 'NoSuchKey' }],
      [copyPart('copied-from/percent%2525.txt'), 200],
    ],
  },
  ...(
    [
      ['if-match', ETAG, true],
      ['if-match', '"ABCORZ"', false],
      ['if-none-match', ETAG, false],
      ['if-modified-since', FUTURE, false],
      ['if-unmodified-since', PAST, false],
    ] as const
  ).map(
    ([condition, value, holds]): Case => ({
      section: `UploadPartCopy, x-amz-copy-source-${condition}`,
      name: `${value} ${holds ? 'holds' : 'does not hold'}`,
      steps: [
        made,
        begin,
        [copyPart('copied-from/{key}', { [`x-amz-copy-source-${condition}`]: value }), holds ? 200 : REFUSED],
      ],
    }),
  ),
];

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

describe('copies of objects', () => {
  conformanceCases(ask, [...directives, ...ontoThemselves, ...sources, ...conditions, ...conditionsTogether, ...parts]);
});
