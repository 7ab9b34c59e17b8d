/** PutObject, GetObject, HeadObject and DeleteObject, by what the S3 API Reference says of them. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anonymous, type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['objects-conform', 'objects-raced'] });

const AT = '/objects-conform/{key}';

const BODY = 'testcontent';

const MD5 = createHash('md5').update(BODY).digest();

const ETAG = `"${MD5.toString('hex')}"`;

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

describe('objects', () => {
  conformanceCases(ask, [...basics, ...metadata, ...writes, ...overrides]);

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
