/** PutObject, GetObject, HeadObject and what belongs to one object, by what the S3 API Reference says of them. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anonymous, type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['objects-conform', 'objects-raced'] });

const AT = '/objects-conform/{key}';
const BODY = 'testcontent';
const MD5 = createHash('md5').update(BODY).digest();
const ETAG = `"${MD5.toString('hex')}"`;
const PAST = 'Sat, 29 Oct 1994 19:43:31 GMT';
const FUTURE = 'Sat, 29 Oct 2094 19:43:31 GMT';
const stored: Step = [put(AT, BODY, { 'content-type': 'text/plain', 'x-amz-meta-colour': 'red' }), 200];
const FAILED = { status: 412, code: 'PreconditionFailed' };
const INVALID = { status: 400, code: 'InvalidArgument' };
const REFUSED = { status: 400, code: 'InvalidRequest' };
const MISSING = { status: 404, code: 'NoSuchKey' };
const DENIED = { status: 403, code: 'AccessDenied' };

const SYSTEM = {
  'cache-control': 'public, max-age=14400',
  'content-disposition': 'attachment; filename="x.txt"',
  'content-encoding': 'gzip',
  'content-language': 'de',
  'content-type': 'text/x-own; charset=latin1',
  expires: 'Wed, 21 Oct 2015 07:28:00 GMT',
};

const basics: Case[] = [
  {
    section: 'PutObject',
    name: 'write, read, update, read, delete',
    steps: [
      [
        put(AT, 'bar'),
        {
          status: 200,
          body: '',
          headers: { etag: '"37b51d194a7513e45b56f6524f2d51f2"', 'x-amz-request-id': /./, 'x-amz-id-2': /./ },
        },
      ],
      [get(AT), { status: 200, body: 'bar' }],
      [put(AT, 'soup'), 200],
      [get(AT), { status: 200, body: 'soup' }],
      [remove(AT), { status: 204, body: '' }],
      [
        get(AT),
        {
          ...MISSING,
          has: ['<Key>{key}</Key>', '<Resource>/objects-conform/{key}</Resource>', '<RequestId>', '<HostId>'],
        },
      ],
      [remove(AT), 204],
    ],
  },
  {
    section: 'HeadObject',
    name: 'says what GET says, without the bytes; of nothing, no document either',
    steps: [
      stored,
      [
        head(AT),
        {
          status: 200,
          body: '',
          headers: {
            etag: ETAG,
            'content-length': '11',
            'content-type': 'text/plain',
            'accept-ranges': 'bytes',
            'last-modified': /GMT$/,
            'x-amz-meta-colour': 'red',
          },
        },
      ],
      [head(`${AT}-not`), { status: 404, body: '' }],
      [head('/no-such-bucket/x'), { status: 404, body: '' }],
    ],
  },
  {
    section: 'PutObject',
    name: 'of nothing',
    steps: [
      [put(AT), { status: 200, headers: { etag: '"d41d8cd98f00b204e9800998ecf8427e"' } }],
      [head(AT), { status: 200, headers: { 'content-length': '0', 'content-type': 'binary/octet-stream' } }],
      [get(AT, { range: 'bytes=0-0' }), { status: 416, code: 'InvalidRange' }],
      [get(AT, { range: 'bytes=-1' }), { status: 416, code: 'InvalidRange' }],
    ],
  },
  {
    section: 'PutObject, Bucket',
    name: 'one that is not there',
    steps: [
      [
        put('/no-such-bucket/{key}', 'x'),
        { status: 404, code: 'NoSuchBucket', has: ['<BucketName>no-such-bucket</BucketName>'] },
      ],
      [get('/no-such-bucket/{key}'), { status: 404, code: 'NoSuchBucket' }],
      [remove('/no-such-bucket/{key}'), { status: 404, code: 'NoSuchBucket' }],
    ],
  },
  {
    section: 'PutObject, Permissions',
    name: 'nobody may, in a private bucket',
    steps: [
      stored,
      [anonymous(put(AT, 'x')), DENIED],
      [anonymous(get(AT)), DENIED],
      [anonymous(head(AT)), 403],
      [anonymous(remove(AT)), DENIED],
      [anonymous(get(`${AT}-not`)), DENIED],
      [get(AT), { status: 200, body: BODY }],
    ],
  },
  {
    section: 'PutObject, Content-Length',
    name: 'is needed',
    steps: [
      [
        { method: 'PUT', target: AT, body: BODY, isChunked: true },
        { status: 411, code: 'MissingContentLength' },
      ],
    ],
  },
  {
    section: 'PutObject, Content-Length',
    name: 'more than 5 GiB is too large',
    steps: [
      [
        put(AT, '', { 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' }),
        { status: 400, code: 'EntityTooLarge' },
      ],
    ],
  },
  {
    section: 'Amazon S3 API Reference, Error Responses',
    name: 'methods that objects do not have',
    steps: [
      stored,
      [post(AT), { status: 405, code: 'MethodNotAllowed' }],
      [
        { method: 'PATCH', target: AT },
        { status: 405, code: 'MethodNotAllowed' },
      ],
      [post(`${AT}?select&select-type=2`), { status: 501, code: 'NotImplemented' }],
      [get(`${AT}?torrent`), MISSING],
      [post(`${AT}?restore`), { status: 501, code: 'NotImplemented' }],
    ],
  },
];

const metadata: Case[] = [
  {
    section: 'PutObject, Request Headers',
    name: 'system headers are kept to the byte',
    steps: [
      [put(AT, BODY, SYSTEM), 200],
      [get(AT), { status: 200, headers: SYSTEM }],
      [head(AT), { status: 200, headers: SYSTEM }],
      [get(AT, { range: 'bytes=0-1' }), { status: 206, headers: SYSTEM }],
    ],
  },
  {
    section: 'PutObject, x-amz-meta-',
    name: 'is replaced with the object',
    steps: [
      [put(AT, BODY, { 'x-amz-meta-one': 'bar', 'x-amz-meta-empty': '' }), 200],
      [head(AT), { status: 200, headers: { 'x-amz-meta-one': 'bar', 'x-amz-meta-empty': '' } }],
      [put(AT, BODY), 200],
      [head(AT), { status: 200, headers: { 'x-amz-meta-one': undefined, 'x-amz-meta-empty': undefined } }],
    ],
  },
  {
    section: 'User Guide, Working with object metadata',
    name: 'names and values of 2 KB together, and not a byte more',
    steps: [
      [put(AT, BODY, { 'x-amz-meta-a': 'b'.repeat(1000), 'x-amz-meta-c': 'd'.repeat(1046) }), 200],
      [
        put(AT, BODY, { 'x-amz-meta-a': 'b'.repeat(1000), 'x-amz-meta-c': 'd'.repeat(1047) }),
        { status: 400, code: 'MetadataTooLarge', has: ['<MaxSizeAllowed>2048</MaxSizeAllowed>'] },
      ],
    ],
  },
  ...(
    [
      ['aws-chunked', undefined],
      ['gzip, aws-chunked', 'gzip'],
      ['aws-chunked,gzip', 'gzip'],
      ['deflate, gzip', 'deflate, gzip'],
    ] as const
  ).map(
    ([sent, kept]): Case => ({
      section: 'PutObject, Content-Encoding',
      name: `${sent} is kept as ${kept ?? 'nothing'}`,
      steps: [
        [put(AT, BODY, { 'content-encoding': sent }), 200],
        [head(AT), { status: 200, headers: { 'content-encoding': kept } }],
      ],
    }),
  ),
  {
    section: 'PutObject, x-amz-website-redirect-location',
    name: 'a path or a URL; else it is refused',
    steps: [
      [
        put(AT, BODY, { 'x-amz-website-redirect-location': 'nowhere' }),
        { status: 400, code: 'InvalidRedirectLocation' },
      ],
      [put(AT, BODY, { 'x-amz-website-redirect-location': '/there' }), 200],
      [head(AT), { status: 200, headers: { 'x-amz-website-redirect-location': '/there' } }],
    ],
  },
  ...(
    [
      ['x-amz-storage-class', 'GLACIER', { status: 400, code: 'InvalidStorageClass' }],
      ['x-amz-storage-class', 'STANDARD', 200],
      ['x-amz-acl', 'nonsense', INVALID],
      ['x-amz-acl', 'private', 200],
      ['x-amz-acl', 'bucket-owner-full-control', 200],
      ['x-amz-server-side-encryption', 'AES256', { status: 501, code: 'NotImplemented' }],
      ['x-amz-object-lock-mode', 'GOVERNANCE', REFUSED],
      ['x-amz-tagging', 'a=%zz', INVALID],
      ['x-amz-tagging', 'a=1&a=2', { status: 400, code: 'InvalidTag' }],
      ['x-amz-tagging', 'aws:a=1', { status: 400, code: 'InvalidTag' }],
      ['content-type', '', 200],
      ['cache-control', '', 200],
    ] as const
  ).map(
    ([header, value, expected]): Case => ({
      section: `PutObject, ${header}`,
      name: JSON.stringify(value),
      steps: [
        [put(AT, BODY, { [header]: value }), expected],
        [head(AT), expected === 200 ? 200 : 404],
      ],
    }),
  ),
];

const ranges: Case[] = [
  ...(
    [
      ['bytes=4-7', 'cont', '4-7'],
      ['bytes=4-', 'content', '4-10'],
      ['bytes=-7', 'content', '4-10'],
      ['bytes=-70', BODY, '0-10'],
      ['bytes=4-4000', 'content', '4-10'],
      ['bytes=0-0', 't', '0-0'],
      ['bytes=10-10', 't', '10-10'],
    ] as const
  ).map(
    ([range, body, said]): Case => ({
      section: 'GetObject, Range',
      name: range,
      steps: [
        stored,
        [
          get(AT, { range }),
          {
            status: 206,
            body,
            headers: { 'content-range': `bytes ${said}/11`, 'content-length': String(body.length), etag: ETAG },
          },
        ],
        [
          head(AT, { range }),
          {
            status: 206,
            body: '',
            headers: { 'content-range': `bytes ${said}/11`, 'content-length': String(body.length) },
          },
        ],
      ],
    }),
  ),
  ...['bytes=0-1,3-4', 'bytes=5-3', 'bytes=abc', 'items=0-1', 'bytes=', '0-1'].map(
    (range): Case => ({
      section: 'GetObject, Range',
      name: `${range} gives all`,
      steps: [stored, [get(AT, { range }), { status: 200, body: BODY, headers: { 'content-range': undefined } }]],
    }),
  ),
  ...['bytes=11-', 'bytes=40-50', 'bytes=11-11', 'bytes=-0'].map(
    (range): Case => ({
      section: 'GetObject, Range',
      name: `${range} is beyond its end`,
      steps: [
        stored,
        [
          get(AT, { range }),
          {
            status: 416,
            code: 'InvalidRange',
            has: [`<RangeRequested>${range}</RangeRequested>`, '<ActualObjectSize>11</ActualObjectSize>'],
            headers: { 'content-range': 'bytes */11' },
          },
        ],
        [head(AT, { range }), { status: 416, body: '' }],
      ],
    }),
  ),
  {
    section: 'GetObject, partNumber',
    name: 'what was stored at once is one part',
    steps: [
      stored,
      [get(`${AT}?partNumber=1`), { status: 206, body: BODY, headers: { 'x-amz-mp-parts-count': undefined } }],
      [get(`${AT}?partNumber=2`), { status: 400, code: 'InvalidPart' }],
      [get(`${AT}?partNumber=0`), INVALID],
      [get(`${AT}?partNumber=x`), INVALID],
      [get(`${AT}?partNumber=1`, { range: 'bytes=0-1' }), REFUSED],
    ],
  },
];

const reads: Case[] = (
  [
    [{ 'if-match': ETAG }, 200],
    [{ 'if-match': ETAG.slice(1, -1) }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': `"x", ${ETAG}` }, 200],
    [{ 'if-match': '"ABCORZ"' }, 412],
    [{ 'if-none-match': ETAG }, 304],
    [{ 'if-none-match': ETAG.slice(1, -1) }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': 'ABCORZ' }, 200],
    [{ 'if-modified-since': PAST }, 200],
    [{ 'if-modified-since': FUTURE }, 304],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-unmodified-since': FUTURE }, 200],
    [{ 'if-unmodified-since': PAST }, 412],
    [{ 'if-match': ETAG, 'if-unmodified-since': PAST }, 200],
    [{ 'if-none-match': ETAG, 'if-modified-since': PAST }, 304],
    [{ 'if-none-match': '"x"', 'if-modified-since': FUTURE }, 200],
  ] as [Record<string, string>, number][]
).map(
  ([headers, status]): Case => ({
    section: `GetObject, ${Object.keys(headers).join(' with ')}`,
    name: `${Object.values(headers).join(' and ')} is answered ${status}`,
    steps: [
      stored,
      [
        get(AT, headers),
        {
          status,
          ...(status === 412
            ? { code: 'PreconditionFailed', has: ['<Condition>If-'] }
            : { body: status === 200 ? BODY : '' }),
          ...(status === 304 && { headers: { etag: ETAG, 'last-modified': /GMT$/ } }),
        },
      ],
      [head(AT, headers), { status, body: '' }],
    ],
  }),
);

const writes: Case[] = [
  {
    section: 'PutObject, If-None-Match',
    name: '* once only; an ETag that is there, and one that is not',
    steps: [
      [put(AT, BODY, { 'if-none-match': '*' }), 200],
      [put(AT, 'other', { 'if-none-match': '*' }), { ...FAILED, has: ['<Condition>If-None-Match</Condition>'] }],
      [put(AT, 'other', { 'if-none-match': ETAG }), FAILED],
      [get(AT), { status: 200, body: BODY }],
      [put(AT, 'other', { 'if-none-match': 'badetag' }), 200],
    ],
  },
  {
    section: 'PutObject, If-Match',
    name: 'the ETag with quotes and without, any; another; of nothing',
    steps: [
      [put(AT, 'x', { 'if-match': ETAG }), MISSING],
      [put(AT, 'x', { 'if-match': '*' }), MISSING],
      stored,
      [put(AT, BODY, { 'if-match': ETAG }), 200],
      [put(AT, BODY, { 'if-match': ETAG.slice(1, -1) }), 200],
      [put(AT, BODY, { 'if-match': '*' }), 200],
      [put(AT, 'x', { 'if-match': '"ABCORZ"' }), { ...FAILED, has: ['<Condition>If-Match</Condition>'] }],
      [get(AT), { status: 200, body: BODY }],
    ],
  },
];

const overrides: Case[] = [
  ...(
    [
      ['response-cache-control', 'cache-control', 'no-cache'],
      ['response-content-disposition', 'content-disposition', 'attachment; filename="a b.txt"'],
      ['response-content-encoding', 'content-encoding', 'aaa'],
      ['response-content-language', 'content-language', 'esperanto'],
      ['response-content-type', 'content-type', 'foo/bar'],
      ['response-expires', 'expires', '123'],
    ] as const
  ).map(
    ([parameter, header, value]): Case => ({
      section: `GetObject, ${parameter}`,
      name: 'takes the place of what the object has, for who signs',
      steps: [
        [put(AT, BODY, { [header]: 'own' }), 200],
        [
          get(`${AT}?${parameter}=${encodeURIComponent(value)}`),
          { status: 200, body: BODY, headers: { [header]: value } },
        ],
        [head(`${AT}?${parameter}=${encodeURIComponent(value)}`), { status: 200, headers: { [header]: value } }],
        [get(AT), { status: 200, headers: { [header]: 'own' } }],
        [get(`${AT}?${parameter}=a%0Ab`), INVALID],
      ],
    }),
  ),
];

/** The check value of each CRC's catalogue entry is of these nine digits. */
const DIGITS = '123456789';
const hex = (text: string) => Buffer.from(text, 'hex').toString('base64');
const CHECKSUMS = {
  crc32: hex('cbf43926'),
  crc32c: hex('e3069283'),
  crc64nvme: hex('ae8b14860a799888'),
  sha1: createHash('sha1').update(DIGITS).digest('base64'),
  sha256: createHash('sha256').update(DIGITS).digest('base64'),
};
const trailed = (name: string, value: string) => `9\r\n${DIGITS}\r\n0\r\n${name}:${value}\r\n\r\n`;
const TRAILING = {
  'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'x-amz-decoded-content-length': '9',
  'content-encoding': 'aws-chunked',
};

const checksums: Case[] = Object.entries(CHECKSUMS).flatMap(([algorithm, value]): Case[] => {
  const header = `x-amz-checksum-${algorithm}`;
  const wrong = Buffer.from(value, 'base64').fill(1).toString('base64');
  return [
    {
      section: `PutObject, ${header}`,
      name: 'is checked, kept, and said to who asks',
      steps: [
        [
          put(AT, DIGITS, { [header]: value }),
          { status: 200, headers: { [header]: value, 'x-amz-checksum-type': 'FULL_OBJECT' } },
        ],
        [head(AT, { 'x-amz-checksum-mode': 'ENABLED' }), { status: 200, headers: { [header]: value } }],
        [
          get(AT, { 'x-amz-checksum-mode': 'ENABLED' }),
          { status: 200, headers: { [header]: value, 'x-amz-checksum-type': 'FULL_OBJECT' } },
        ],
        [get(AT), { status: 200, headers: { [header]: undefined } }],
        [
          get(AT, { 'x-amz-checksum-mode': 'ENABLED', range: 'bytes=0-1' }),
          { status: 206, headers: { [header]: undefined } },
        ],
        [
          get(`${AT}?attributes`, { 'x-amz-object-attributes': 'Checksum' }),
          {
            status: 200,
            has: [`<Checksum><Checksum${algorithm.toUpperCase()}>${value}</Checksum${algorithm.toUpperCase()}>`],
          },
        ],
      ],
    },
    {
      section: `PutObject, ${header}`,
      name: 'a wrong one, one that is none; nothing is stored',
      steps: [
        [put(AT, DIGITS, { [header]: wrong }), { status: 400, code: 'BadDigest' }],
        [put(AT, DIGITS, { [header]: 'bad' }), { status: 400, code: 'BadDigest' }],
        [put(AT, DIGITS, { [header]: '' }), { status: 400, code: 'BadDigest' }],
        [head(AT), 404],
      ],
    },
    {
      section: `PutObject, x-amz-trailer: ${header}`,
      name: 'behind the chunks it is checked as well',
      steps: [
        [put(AT, trailed(header, wrong), { ...TRAILING, 'x-amz-trailer': header }), { status: 400, code: 'BadDigest' }],
        [
          put(AT, `9\r\n${DIGITS}\r\n0\r\n\r\n`, { ...TRAILING, 'x-amz-trailer': header }),
          { status: 400, code: 'MalformedTrailerError' },
        ],
        [head(AT), 404],
        [
          put(AT, trailed(header, value), { ...TRAILING, 'x-amz-trailer': header }),
          { status: 200, headers: { [header]: value } },
        ],
        [get(AT), { status: 200, body: DIGITS, headers: { 'content-encoding': undefined } }],
      ],
    },
  ];
});

const integrity: Case[] = [
  {
    section: 'PutObject, Content-MD5',
    name: 'right, wrong, none, empty',
    steps: [
      [put(AT, BODY, { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }), { status: 400, code: 'BadDigest' }],
      [put(AT, BODY, { 'content-md5': 'YWJyYWNhZGFicmE=' }), { status: 400, code: 'InvalidDigest' }],
      [put(AT, BODY, { 'content-md5': '' }), { status: 400, code: 'InvalidDigest' }],
      [head(AT), 404],
      [put(AT, BODY, { 'content-md5': MD5.toString('base64') }), 200],
    ],
  },
  {
    section: 'User Guide, Checking object integrity',
    name: 'two at once, and one that is announced and missing',
    steps: [
      [put(AT, DIGITS, { 'x-amz-checksum-crc32': CHECKSUMS.crc32, 'x-amz-checksum-sha1': CHECKSUMS.sha1 }), REFUSED],
      [put(AT, DIGITS, { 'x-amz-sdk-checksum-algorithm': 'SHA256' }), REFUSED],
    ],
  },
];

const KEYS = [
  '..',
  '.',
  '../..',
  'a/../b',
  './a',
  'a/.',
  'a//b',
  '//',
  '/',
  '/lead',
  'trail/',
  'trail//',
  '%2F',
  '%',
  '%zz',
  '%25',
  '+',
  ' ',
  '  a  ',
  'a b',
  'k?x=y',
  '#',
  'a&b',
  'a=b',
  'a:b',
  'a;b',
  'a,b',
  'a@b',
  "a'b",
  'a"b',
  'a(b)',
  'a*b',
  '!$',
  '[x]',
  '^`|',
  '\\',
  '~',
  '<x>',
  'ü',
  '\u4f60\u597d',
  '\u{1f600}',
  'e\u0301',
  '\u00e9',
  '\t',
  '\n',
  '\r',
  '\u0001',
  '\u007f',
  '_',
  '__',
  '-',
  '__proto__',
  'constructor',
  'soap',
  'index.html',
  '?versionId',
  '?acl',
  'x'.repeat(1024),
  'ü'.repeat(512),
];
const keys: Case[] = [
  ...KEYS.map((key): Case => {
    const target = `/objects-conform/${encodeURIComponent(key)}`;
    return {
      section: 'User Guide, Naming Amazon S3 objects',
      name: `the key ${JSON.stringify(key.slice(0, 20))} is kept as it is`,
      steps: [
        [put(target, key), 200],
        [get(target), { status: 200, body: key }],
        [
          get(`/objects-conform?list-type=2&encoding-type=url&prefix=${encodeURIComponent(key)}`),
          { status: 200, has: [`<Key>${urlEncoded(key)}</Key>`] },
        ],
        [remove(target), 204],
        [head(target), 404],
      ],
    };
  }),
  {
    section: 'User Guide, Naming Amazon S3 objects',
    name: '1,024 bytes of UTF-8 and not one more; no NUL; what is no UTF-8',
    steps: [
      [
        put(`/objects-conform/${'x'.repeat(1025)}`),
        { status: 400, code: 'KeyTooLongError', has: ['<MaxSizeAllowed>1024</MaxSizeAllowed>'] },
      ],
      [put(`/objects-conform/${'%C3%BC'.repeat(512)}x`), { status: 400, code: 'KeyTooLongError' }],
      [put('/objects-conform/a%00b'), { status: 400, code: 'InvalidURI' }],
      [
        get('/objects-conform/%AE%8A-'),
        { status: 400, code: 'InvalidURI', has: ["Couldn't parse the specified URI."] },
      ],
    ],
  },
];

const tagSet = (count: number, key = 10, value = 10) =>
  Array.from(
    { length: count },
    (_, index) => `<Tag><Key>${String(index).padStart(key, 'k')}</Key><Value>${'v'.repeat(value)}</Value></Tag>`,
  ).join('');
const tagging = (set: string) => `<Tagging><TagSet>${set}</TagSet></Tagging>`;
const BAD_TAG = { status: 400, code: 'InvalidTag' };

const tags: Case[] = [
  ...(
    [
      [1, 5, 5, 200],
      [10, 10, 10, 200],
      [10, 128, 256, 200],
      [11, 10, 10, BAD_TAG],
      [1, 129, 10, BAD_TAG],
      [1, 10, 257, BAD_TAG],
    ] as const
  ).map(
    ([count, key, value, expected]): Case => ({
      section: 'PutObjectTagging, TagSet',
      name: `${count} with keys of ${key} and values of ${value} characters`,
      steps: [
        stored,
        [put(`${AT}?tagging`, tagging(tagSet(count, key, value))), expected],
        [
          get(`${AT}?tagging`),
          { status: 200, has: [expected === 200 ? `<TagSet>${tagSet(count, key, value)}</TagSet>` : '<TagSet/>'] },
        ],
        [head(AT), { status: 200, headers: { 'x-amz-tagging-count': expected === 200 ? String(count) : undefined } }],
      ],
    }),
  ),
  {
    section: 'PutObjectTagging',
    name: 'takes the place of what was; a write of the object does, too; and deletion',
    steps: [
      [put(AT, BODY, { 'x-amz-tagging': 'foo=bar&bar&a%20b=%C3%BC' }), 200],
      [
        get(`${AT}?tagging`),
        {
          status: 200,
          has: [
            '<Tag><Key>bar</Key><Value/></Tag>',
            '<Tag><Key>foo</Key><Value>bar</Value></Tag>',
            '<Tag><Key>a b</Key><Value>ü</Value></Tag>',
          ],
        },
      ],
      [put(`${AT}?tagging`, tagging(tagSet(1))), { status: 200, body: '' }],
      [get(`${AT}?tagging`), { status: 200, hasNot: ['foo'] }],
      [remove(`${AT}?tagging`), { status: 204, body: '' }],
      [get(`${AT}?tagging`), { status: 200, has: ['<TagSet/>'] }],
      [put(`${AT}?tagging`, tagging(tagSet(1))), 200],
      [put(AT, BODY), 200],
      [get(`${AT}?tagging`), { status: 200, has: ['<TagSet/>'] }],
    ],
  },
  {
    section: 'PutObjectTagging, Request Body',
    name: 'what is wrong with it',
    steps: [
      stored,
      [put(`${AT}?tagging`, 'tags'), { status: 400, code: 'MalformedXML' }],
      [put(`${AT}?tagging`, '<Tagging/>'), { status: 400, code: 'MalformedXML' }],
      [put(`${AT}?tagging`, tagging('<Tag><Key>a</Key></Tag>')), { status: 400, code: 'MalformedXML' }],
      [put(`${AT}?tagging`, tagging('<Tag><Key/><Value>v</Value></Tag>')), BAD_TAG],
      [put(`${AT}?tagging`, tagging('<Tag><Key>aws:x</Key><Value>v</Value></Tag>')), BAD_TAG],
      [put(`${AT}?tagging`, tagging('<Tag><Key>a</Key><Value>v</Value></Tag>'.repeat(2))), BAD_TAG],
      [
        put(`${AT}?tagging`, tagging(tagSet(1)), { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
        { status: 400, code: 'BadDigest' },
      ],
      [put(`${AT}-not?tagging`, tagging(tagSet(1))), MISSING],
      [get(`${AT}-not?tagging`), MISSING],
      [anonymous(get(`${AT}?tagging`)), DENIED],
    ],
  },
];

const attributes: Case[] = [
  {
    section: 'GetObjectAttributes, x-amz-object-attributes',
    name: 'all; what was stored at once has no parts',
    steps: [
      stored,
      [
        get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ETag,Checksum,ObjectParts,StorageClass,ObjectSize' }),
        {
          status: 200,
          has: [
            '<GetObjectAttributesResponse xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            `<ETag>${ETAG.slice(1, -1)}</ETag>`,
            '<StorageClass>STANDARD</StorageClass><ObjectSize>11</ObjectSize>',
          ],
          hasNot: ['<ObjectParts'],
          headers: { 'last-modified': /GMT$/, 'x-amz-delete-marker': undefined, 'x-amz-version-id': undefined },
        },
      ],
      [
        get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ObjectSize' }),
        { status: 200, has: ['<ObjectSize>'], hasNot: ['<ETag>', '<StorageClass>'] },
      ],
    ],
  },
  {
    section: 'GetObjectAttributes, x-amz-object-attributes',
    name: 'none, one that is none, of nothing',
    steps: [
      stored,
      [get(`${AT}?attributes`), INVALID],
      [get(`${AT}?attributes`, { 'x-amz-object-attributes': 'Colour' }), INVALID],
      [get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ETag', 'x-amz-max-parts': 'x' }), INVALID],
      [get(`${AT}-not?attributes`, { 'x-amz-object-attributes': 'ETag' }), MISSING],
    ],
  },
];

const lifecycle = (...rules: string[]) =>
  put(
    '/{key}-bucket?lifecycle',
    `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}<Status>Enabled</Status></Rule>`).join('')}</LifecycleConfiguration>`,
  );
const SAID = { 'x-amz-expiration': /^expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", rule-id="rule%201"$/ };
const SILENT = { 'x-amz-expiration': undefined };
const expirations: Case[] = [
  {
    section: 'PutObject, GetObject, HeadObject, CopyObject, CompleteMultipartUpload, x-amz-expiration',
    name: 'is said of what a rule will delete, by prefix',
    steps: [
      [put('/{key}-bucket'), 200],
      [put('/{key}-bucket/days/1', 'x'), { status: 200, headers: SILENT }],
      [lifecycle('<ID>rule 1</ID><Filter><Prefix>days/</Prefix></Filter><Expiration><Days>1</Days></Expiration>'), 200],
      [head('/{key}-bucket/days/1'), { status: 200, headers: SAID }],
      [get('/{key}-bucket/days/1'), { status: 200, headers: SAID }],
      [put('/{key}-bucket/days/2', 'x'), { status: 200, headers: SAID }],
      [put('/{key}-bucket/days/3', '', { 'x-amz-copy-source': '{key}-bucket/days/1' }), { status: 200, headers: SAID }],
      [post('/{key}-bucket/days/4?uploads'), 200, { upload: /<UploadId>([^<]*)/ }],
      [put('/{key}-bucket/days/4?partNumber=1&uploadId={upload}', 'x'), 200, { etag: 'etag' }],
      [
        post(
          '/{key}-bucket/days/4?uploadId={upload}',
          '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>',
        ),
        { status: 200, headers: SAID },
      ],
      [put('/{key}-bucket/other', 'x'), { status: 200, headers: SILENT }],
      [head('/{key}-bucket/other'), { status: 200, headers: SILENT }],
    ],
  },
  {
    section: 'HeadObject, x-amz-expiration',
    name: 'follows the tags that a rule looks at',
    steps: [
      [put('/{key}-bucket'), 200],
      [
        lifecycle(
          '<ID>rule 1</ID><Filter><Tag><Key>a</Key><Value>1</Value></Tag></Filter><Expiration><Days>1</Days></Expiration>',
        ),
        200,
      ],
      [put('/{key}-bucket/k', 'x'), { status: 200, headers: SILENT }],
      [
        put('/{key}-bucket/k?tagging', '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>'),
        200,
      ],
      [head('/{key}-bucket/k'), { status: 200, headers: SAID }],
      [remove('/{key}-bucket/k?tagging'), 204],
      [head('/{key}-bucket/k'), { status: 200, headers: SILENT }],
    ],
  },
];

const batch = (...keys: string[]) =>
  `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`;
const BATCH = '/objects-conform?delete';
const batches: Case[] = [
  {
    section: 'DeleteObjects',
    name: 'each is answered, there or not; again',
    steps: [
      stored,
      ...[1, 2].map(
        (): Step => [
          post(BATCH, batch('{key}', '{key}-not')),
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
      [put('/objects-conform/%20x%20', 'x'), 200],
      [put('/objects-conform/%3C%26%3E', 'x'), 200],
      [
        post(BATCH, batch(' x ', '&lt;&amp;&#62;')),
        { status: 200, has: ['<Key> x </Key>', '<Key>&lt;&amp;&gt;</Key>'] },
      ],
      [head('/objects-conform/%20x%20'), 404],
      [head('/objects-conform/%3C%26%3E'), 404],
    ],
  },
  {
    section: 'DeleteObjects, Request Body',
    name: 'a thousand at most, one at least, XML, whole',
    steps: [
      [
        post(BATCH, batch(...Array.from({ length: 1001 }, (_, index) => `none-${index}`))),
        { status: 400, code: 'MalformedXML' },
      ],
      [
        post(BATCH, batch(...Array.from({ length: 1000 }, (_, index) => `none-${index}`))),
        { status: 200, has: ['<Key>none-999</Key>'] },
      ],
      [post(BATCH, '<Delete/>'), { status: 400, code: 'MalformedXML' }],
      [post(BATCH, '<Delete>'), { status: 400, code: 'MalformedXML' }],
      [post(BATCH, ''), { status: 400, code: 'MalformedXML' }],
      [post(BATCH, batch('x'), { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }), { status: 400, code: 'BadDigest' }],
      [{ method: 'POST', target: BATCH, body: batch('x') }, REFUSED],
      [post('/no-such-bucket?delete', batch('x')), { status: 404, code: 'NoSuchBucket' }],
    ],
  },
  {
    section: 'DeleteObjects, Quiet',
    name: 'says nothing of what went well',
    steps: [
      stored,
      [
        post(BATCH, batch('{key}').replace('<Object>', '<Quiet>true</Quiet><Object>')),
        { status: 200, hasNot: ['<Deleted>'] },
      ],
      [head(AT), 404],
    ],
  },
];

/** As `encoding-type=url` shows keys. */
function urlEncoded(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}

describe('objects', () => {
  conformanceCases(ask, [
    ...basics,
    ...metadata,
    ...ranges,
    ...reads,
    ...writes,
    ...overrides,
    ...checksums,
    ...integrity,
    ...keys,
    ...tags,
    ...attributes,
    ...expirations,
    ...batches,
  ]);

  test('User Guide, Conditional writes: of writes at once with If-None-Match, one is stored', async () => {
    const bodies = Array.from({ length: 8 }, (_, index) => `writer ${index}`);
    const answers = await Promise.all(
      bodies.map((body) => ask(put('/objects-raced/once', body, { 'if-none-match': '*' }))),
    );
    const won = answers.flatMap(({ status }, index) => (status === 200 ? [bodies[index]] : []));
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(bodies.length - 1);
    expect((await ask(get('/objects-raced/once'))).text).toBe(won[0]);
  });

  test('User Guide, Amazon S3 data consistency model: who reads while others write gets one of the writes, whole', async () => {
    const bodies = ['A', 'B', 'C'].map((letter) => letter.repeat(2 ** 20));
    await ask(put('/objects-raced/k', bodies[0]));
    const writes = bodies.map((body) => ask(put('/objects-raced/k', body)));
    const reads = await Promise.all(Array.from({ length: 6 }, () => ask(get('/objects-raced/k'))));
    for (const { status } of await Promise.all(writes)) expect(status).toBe(200);
    for (const { text } of reads) expect(bodies.indexOf(text)).toBeGreaterThanOrEqual(0);
  });
});
