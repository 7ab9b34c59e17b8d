/** Operations on objects against a whole bramble, by what the S3 API Reference says of each: rows of request and answer. */
import { createHash } from 'node:crypto';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, type RawAnswer, type RawRequest, rawRequests } from './raw-request.ts';
import { openSmallDoor, type SmallDoor } from './small-door.ts';

const BODY = 'testcontent';
const ETAG = `"${createHash('md5').update(BODY).digest('hex')}"`;
const EMPTY_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';
const PAST = 'Sat, 29 Oct 1994 19:43:31 GMT';
const FUTURE = 'Sat, 29 Oct 2094 19:43:31 GMT';
const KEYS = ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/bla', 'cquux/thud', 'plus+ and space', 'ü/ñ'];

let door: SmallDoor;
let ask: Ask & Disposable;

beforeAll(async () => {
  door = await openSmallDoor();
  ask = rawRequests(door);
  for (const Bucket of ['objects', 'listed', 'others']) await door.client.send(new CreateBucketCommand({ Bucket }));
  await door.client.send(new CreateBucketCommand({ Bucket: 'open', ACL: 'public-read' }));
  const store = (Bucket: string, Key: string, body: string) =>
    door.client.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: Buffer.from(body),
        ContentType: 'text/plain',
        Metadata: { colour: 'red' },
      }),
    );
  await Promise.all([
    store('objects', 'there', BODY),
    store('objects', 'empty', ''),
    store('open', 'there', BODY),
    ...KEYS.map((key) => store('listed', key, key)),
  ]);
}, 60_000);

afterAll(async () => {
  ask[Symbol.dispose]();
  await door[Symbol.asyncDispose]();
});

interface Expected {
  status: number;
  code?: string;
  headers?: Record<string, string | RegExp | undefined>;
  body?: string;
  /** All of them, in the XML. */
  has?: string[];
  hasNot?: string[];
}
type Row = [title: string, request: RawRequest, expected: Expected];

function check(answer: RawAnswer, { status, code, headers = {}, body, has = [], hasNot = [] }: Expected): void {
  expect({ status: answer.status, code: answer.code }, answer.text).toEqual({ status, code: code ?? '' });
  for (const [name, value] of Object.entries(headers)) {
    if (value instanceof RegExp) expect(answer.headers[name], name).toMatch(value);
    else expect(answer.headers[name], name).toBe(value);
  }
  if (body !== undefined) expect(answer.text).toBe(body);
  for (const markup of has) expect(answer.text).toContain(markup);
  for (const markup of hasNot) expect(answer.text).not.toContain(markup);
}

function rows(list: Row[]): void {
  test.each(list)('%s', async (_title, request, expected) => {
    check(await ask(request), expected);
  });
}

const get = (target: string, headers: Record<string, string> = {}): RawRequest => ({ target, headers });
const head = (target: string, headers: Record<string, string> = {}): RawRequest => ({
  method: 'HEAD',
  target,
  headers,
});
const put = (target: string, headers: Record<string, string> = {}, body = BODY): RawRequest => ({
  method: 'PUT',
  target,
  headers,
  body,
});
const remove = (target: string, headers: Record<string, string> = {}): RawRequest => ({
  method: 'DELETE',
  target,
  headers,
});
const post = (target: string, body: string, headers: Record<string, string> = {}): RawRequest => ({
  method: 'POST',
  target,
  body,
  headers: { 'content-md5': createHash('md5').update(body).digest('base64'), ...headers },
});

describe('GetObject', () => {
  rows([
    [
      'gives bytes and headers',
      get('/objects/there'),
      {
        status: 200,
        body: BODY,
        headers: {
          etag: ETAG,
          'content-type': 'text/plain',
          'content-length': '11',
          'accept-ranges': 'bytes',
          'x-amz-meta-colour': 'red',
          'last-modified': /GMT$/,
          'x-amz-version-id': undefined,
        },
      },
    ],
    [
      'of an empty object',
      get('/objects/empty'),
      { status: 200, body: '', headers: { etag: EMPTY_ETAG, 'content-length': '0' } },
    ],
    [
      'of a key that is not there',
      get('/objects/nothing'),
      { status: 404, code: 'NoSuchKey', has: ['<Key>nothing</Key>'] },
    ],
    ['of a bucket that is not there', get('/no-such-bucket/nothing'), { status: 404, code: 'NoSuchBucket' }],
    [
      'with a range',
      get('/objects/there', { range: 'bytes=4-7' }),
      { status: 206, body: 'cont', headers: { 'content-range': 'bytes 4-7/11', 'content-length': '4' } },
    ],
    [
      'with an open range',
      get('/objects/there', { range: 'bytes=4-' }),
      { status: 206, body: 'content', headers: { 'content-range': 'bytes 4-10/11' } },
    ],
    ['with a suffix', get('/objects/there', { range: 'bytes=-7' }), { status: 206, body: 'content' }],
    [
      'with a suffix longer than it is',
      get('/objects/there', { range: 'bytes=-70' }),
      { status: 206, body: BODY, headers: { 'content-range': 'bytes 0-10/11' } },
    ],
    [
      'with a range that ends behind it',
      get('/objects/there', { range: 'bytes=4-4000' }),
      { status: 206, body: 'content' },
    ],
    [
      'with a range behind it',
      get('/objects/there', { range: 'bytes=40-50' }),
      {
        status: 416,
        code: 'InvalidRange',
        has: ['<ActualObjectSize>11</ActualObjectSize>', '<RangeRequested>bytes=40-50</RangeRequested>'],
        headers: { 'content-range': 'bytes */11' },
      },
    ],
    ['with a range of nothing', get('/objects/empty', { range: 'bytes=0-0' }), { status: 416, code: 'InvalidRange' }],
    ['with several ranges gives all', get('/objects/there', { range: 'bytes=0-1,3-4' }), { status: 200, body: BODY }],
    ['with a range backwards gives all', get('/objects/there', { range: 'bytes=5-3' }), { status: 200, body: BODY }],
    [
      'with an If-Range that holds',
      get('/objects/there', { range: 'bytes=0-3', 'if-range': ETAG }),
      { status: 206, body: 'test' },
    ],
    [
      'with an If-Range that does not',
      get('/objects/there', { range: 'bytes=0-3', 'if-range': '"other"' }),
      { status: 200, body: BODY },
    ],
    ['If-Match', get('/objects/there', { 'if-match': ETAG }), { status: 200 }],
    ['If-Match without quotes', get('/objects/there', { 'if-match': ETAG.replaceAll('"', '') }), { status: 200 }],
    [
      'If-Match of another',
      get('/objects/there', { 'if-match': '"ABC"' }),
      { status: 412, code: 'PreconditionFailed' },
    ],
    [
      'If-None-Match',
      get('/objects/there', { 'if-none-match': ETAG }),
      { status: 304, body: '', headers: { etag: ETAG, 'content-type': undefined } },
    ],
    ['If-None-Match of another', get('/objects/there', { 'if-none-match': 'ABC' }), { status: 200 }],
    ['If-Modified-Since', get('/objects/there', { 'if-modified-since': PAST }), { status: 200 }],
    ['If-Modified-Since the future', get('/objects/there', { 'if-modified-since': FUTURE }), { status: 304 }],
    ['If-Unmodified-Since', get('/objects/there', { 'if-unmodified-since': FUTURE }), { status: 200 }],
    [
      'If-Unmodified-Since the past',
      get('/objects/there', { 'if-unmodified-since': PAST }),
      { status: 412, code: 'PreconditionFailed' },
    ],
    [
      'If-Match outweighs If-Unmodified-Since',
      get('/objects/there', { 'if-match': ETAG, 'if-unmodified-since': PAST }),
      { status: 200 },
    ],
    [
      'If-None-Match outweighs If-Modified-Since',
      get('/objects/there', { 'if-none-match': ETAG, 'if-modified-since': PAST }),
      { status: 304 },
    ],
    [
      'partNumber of what is one part',
      get('/objects/there?partNumber=1'),
      { status: 206, body: BODY, headers: { 'x-amz-mp-parts-count': undefined } },
    ],
    ['partNumber that is not there', get('/objects/there?partNumber=2'), { status: 400, code: 'InvalidPart' }],
    ['partNumber 0', get('/objects/there?partNumber=0'), { status: 400, code: 'InvalidArgument' }],
    [
      'partNumber with Range',
      get('/objects/there?partNumber=1', { range: 'bytes=0-1' }),
      { status: 400, code: 'InvalidRequest' },
    ],
    [
      'response-* instead of its own headers',
      get(
        '/objects/there?response-content-type=a%2Fb&response-cache-control=no-cache&response-expires=foo123&response-content-disposition=bla&response-content-encoding=aaa&response-content-language=eo',
      ),
      {
        status: 200,
        headers: {
          'content-type': 'a/b',
          'cache-control': 'no-cache',
          expires: 'foo123',
          'content-disposition': 'bla',
          'content-encoding': 'aaa',
          'content-language': 'eo',
        },
      },
    ],
    [
      'response-* with a line break',
      get('/objects/there?response-content-type=a%0D%0Ab'),
      { status: 400, code: 'InvalidArgument' },
    ],
    [
      'response-* by nobody',
      { target: '/open/there?response-content-type=a%2Fb', isAnonymous: true },
      { status: 400, code: 'InvalidRequest' },
    ],
    ['by nobody, of a public bucket', { target: '/open/there', isAnonymous: true }, { status: 200, body: BODY }],
    [
      'by nobody, of a private bucket',
      { target: '/objects/there', isAnonymous: true },
      { status: 403, code: 'AccessDenied' },
    ],
    ['versionId that is empty', get('/objects/there?versionId='), { status: 400, code: 'InvalidArgument' }],
    ['versionId null of what has no versions', get('/objects/there?versionId=null'), { status: 200, body: BODY }],
  ]);
});

describe('HeadObject', () => {
  rows([
    [
      'says what GET says',
      head('/objects/there'),
      { status: 200, body: '', headers: { etag: ETAG, 'content-length': '11', 'content-type': 'text/plain' } },
    ],
    ['of a key that is not there has no body', head('/objects/nothing'), { status: 404, body: '' }],
    [
      'with a range',
      head('/objects/there', { range: 'bytes=0-1' }),
      { status: 206, headers: { 'content-length': '2' } },
    ],
    ['If-None-Match', head('/objects/there', { 'if-none-match': '*' }), { status: 304 }],
    [
      'checksum only when asked for',
      head('/objects/there', {}),
      { status: 200, headers: { 'x-amz-checksum-crc32': undefined } },
    ],
    [
      'checksum when asked for',
      head('/objects/there', { 'x-amz-checksum-mode': 'ENABLED' }),
      { status: 200, headers: { 'x-amz-checksum-crc32': /^.{6}==$/, 'x-amz-checksum-type': 'FULL_OBJECT' } },
    ],
    [
      'no checksum of a range',
      head('/objects/there', { 'x-amz-checksum-mode': 'ENABLED', range: 'bytes=0-1' }),
      { status: 206, headers: { 'x-amz-checksum-crc32': undefined } },
    ],
  ]);
});

describe('PutObject', () => {
  rows([
    ['answers the MD5', put('/objects/put'), { status: 200, headers: { etag: ETAG, 'x-amz-version-id': undefined } }],
    ['of nothing', put('/objects/put-empty', {}, ''), { status: 200, headers: { etag: EMPTY_ETAG } }],
    [
      'without a length',
      { method: 'PUT', target: '/objects/put-chunked', isChunked: true, body: BODY },
      { status: 411, code: 'MissingContentLength' },
    ],
    ['into a bucket that is not there', put('/no-such-bucket/put'), { status: 404, code: 'NoSuchBucket' }],
    ['by nobody', { ...put('/open/put'), isAnonymous: true }, { status: 403, code: 'AccessDenied' }],
    [
      'with the right Content-MD5',
      put('/objects/put-md5', { 'content-md5': Buffer.from(ETAG.slice(1, -1), 'hex').toString('base64') }),
      { status: 200 },
    ],
    [
      'with a wrong Content-MD5',
      put('/objects/put-wrong', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      { status: 400, code: 'BadDigest' },
    ],
    [
      'with a Content-MD5 that is none',
      put('/objects/put-wrong', { 'content-md5': 'abc' }),
      { status: 400, code: 'InvalidDigest' },
    ],
    ['what was refused is not there', get('/objects/put-wrong'), { status: 404, code: 'NoSuchKey' }],
    [
      'with a checksum',
      put('/objects/put-sum', { 'x-amz-checksum-sha256': createHash('sha256').update(BODY).digest('base64') }),
      {
        status: 200,
        headers: {
          'x-amz-checksum-sha256': createHash('sha256').update(BODY).digest('base64'),
          'x-amz-checksum-type': 'FULL_OBJECT',
        },
      },
    ],
    [
      'with a signed payload that is another',
      put('/objects/put-wrong', { 'x-amz-content-sha256': createHash('sha256').update('other').digest('hex') }),
      { status: 400, code: 'XAmzContentSHA256Mismatch' },
    ],
    ['metadata of 2 KB', put('/objects/put-meta', { 'x-amz-meta-a': 'b'.repeat(2047) }), { status: 200 }],
    [
      'metadata over 2 KB',
      put('/objects/put-meta', { 'x-amz-meta-a': 'b'.repeat(2048) }),
      { status: 400, code: 'MetadataTooLarge', has: ['<MaxSizeAllowed>2048</MaxSizeAllowed>', '<Size>2049</Size>'] },
    ],
    ['storage class STANDARD', put('/objects/put-class', { 'x-amz-storage-class': 'STANDARD' }), { status: 200 }],
    [
      'another storage class',
      put('/objects/put-class', { 'x-amz-storage-class': 'GLACIER' }),
      { status: 400, code: 'InvalidStorageClass' },
    ],
    [
      'redirect that is none',
      put('/objects/put-redirect', { 'x-amz-website-redirect-location': 'nowhere' }),
      { status: 400, code: 'InvalidRedirectLocation' },
    ],
    ['canned ACL private', put('/objects/put-acl', { 'x-amz-acl': 'private' }), { status: 200 }],
    [
      'canned ACL public-read in a private bucket',
      put('/objects/put-acl', { 'x-amz-acl': 'public-read' }),
      { status: 501, code: 'NotImplemented' },
    ],
    [
      'canned ACL public-read in a public bucket',
      put('/open/put-acl', { 'x-amz-acl': 'public-read' }),
      { status: 200 },
    ],
    [
      'canned ACL that is none',
      put('/objects/put-acl', { 'x-amz-acl': 'nonsense' }),
      { status: 400, code: 'InvalidArgument' },
    ],
    ['grants', put('/objects/put-acl', { 'x-amz-grant-read': 'id=1' }), { status: 501, code: 'NotImplemented' }],
    [
      'If-None-Match of what is there',
      put('/objects/there', { 'if-none-match': '*' }),
      { status: 412, code: 'PreconditionFailed' },
    ],
    ['If-None-Match of what is not', put('/objects/put-once', { 'if-none-match': '*' }), { status: 200 }],
    [
      'If-Match of what is there',
      put('/objects/there', { 'if-match': ETAG, 'content-type': 'text/plain', 'x-amz-meta-colour': 'red' }),
      { status: 200 },
    ],
    [
      'If-Match of another',
      put('/objects/there', { 'if-match': '"ABC"' }),
      { status: 412, code: 'PreconditionFailed' },
    ],
    [
      'If-Match of what is not there',
      put('/objects/put-nothing', { 'if-match': '*' }),
      { status: 404, code: 'NoSuchKey' },
    ],
    [
      'more than 5 GiB',
      put('/objects/put-huge', { 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' }, ''),
      { status: 400, code: 'EntityTooLarge' },
    ],
    ['tags twice', put('/objects/put-tags', { 'x-amz-tagging': 'a=1&a=2' }), { status: 400, code: 'InvalidTag' }],
    [
      'tags, eleven of them',
      put('/objects/put-tags', { 'x-amz-tagging': Array.from({ length: 11 }, (_, at) => `k${at}=v`).join('&') }),
      { status: 400, code: 'InvalidTag' },
    ],
    [
      'tags that are not encoded',
      put('/objects/put-tags', { 'x-amz-tagging': 'a=%zz' }),
      { status: 400, code: 'InvalidArgument' },
    ],
  ]);

  test('keeps the headers it says it keeps, to the byte', async () => {
    const headers = {
      'cache-control': 'public, max-age=14400',
      'content-disposition': 'attachment; filename="x.txt"',
      'content-encoding': 'gzip, aws-chunked',
      'content-language': 'de',
      'content-type': 'text/x-own; charset=latin1',
      expires: 'Wed, 21 Oct 2015 07:28:00 GMT',
      'x-amz-website-redirect-location': '/elsewhere',
      'x-amz-meta-empty': '',
      'x-amz-meta-latin': 'caf\u00e9 \u00c3\u00bc',
      'x-amz-tagging': 'foo=bar&bar',
    };
    expect((await ask(put('/objects/kept', headers))).status).toBe(200);
    check(await ask(get('/objects/kept')), {
      status: 200,
      headers: { ...headers, 'content-encoding': 'gzip', 'x-amz-tagging': undefined, 'x-amz-tagging-count': '2' },
    });
  });

  test('aws-chunked is no coding of the object', async () => {
    await ask(put('/objects/coded', { 'content-encoding': 'aws-chunked' }));
    check(await ask(head('/objects/coded')), {
      status: 200,
      headers: { 'content-encoding': undefined, 'content-type': 'binary/octet-stream' },
    });
  });

  test.each([
    '..',
    'a/../b',
    './a',
    'a//b',
    '/',
    'x/',
    '%2F',
    '+',
    'a b',
    'k?x=y#z',
    '\u00fc/\u{1f600}',
    '\n\t\u0001',
    '<&>"\'',
    '__proto__',
    'a'.repeat(1024),
  ])('keeps the key %j as it is', async (key) => {
    const target = `/objects/${encodeURIComponent(key)}`;
    expect((await ask(put(target, {}, key))).status).toBe(200);
    expect((await ask(get(target))).text).toBe(key);
    expect((await ask(remove(target))).status).toBe(204);
    expect((await ask(head(target))).status).toBe(404);
  });

  rows([['a key of 1025 bytes', put(`/objects/${'a'.repeat(1025)}`), { status: 400, code: 'KeyTooLongError' }]]);
});

describe('ListObjects', () => {
  rows([
    [
      'all, by UTF-8',
      get('/listed'),
      {
        status: 200,
        has: [
          '<Name>listed</Name><Prefix/><Marker/>',
          '<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>',
          '<Owner><ID>',
          '<StorageClass>STANDARD</StorageClass>',
        ],
        hasNot: ['<Delimiter', '<NextMarker'],
      },
    ],
    [
      'a delimiter',
      get('/listed?delimiter=%2F'),
      {
        status: 200,
        has: ['<Delimiter>/</Delimiter>', '<CommonPrefixes><Prefix>boo/</Prefix></CommonPrefixes>', '<Key>asdf</Key>'],
        hasNot: ['<Key>boo/bar</Key>'],
      },
    ],
    [
      'an empty delimiter is none',
      get('/listed?delimiter='),
      { status: 200, has: ['<Key>boo/bar</Key>'], hasNot: ['<Delimiter'] },
    ],
    [
      'a page with a delimiter says where it goes on',
      get('/listed?delimiter=%2F&max-keys=2'),
      { status: 200, has: ['<IsTruncated>true</IsTruncated>', '<NextMarker>boo/</NextMarker>'] },
    ],
    [
      'goes on behind a common prefix',
      get('/listed?delimiter=%2F&max-keys=1&marker=boo%2F'),
      { status: 200, has: ['<Prefix>cquux/</Prefix>', '<Marker>boo/</Marker>'], hasNot: ['boo/bar'] },
    ],
    [
      'a page without a delimiter does not',
      get('/listed?max-keys=2'),
      { status: 200, has: ['<IsTruncated>true</IsTruncated>'], hasNot: ['<NextMarker>'] },
    ],
    [
      'a prefix',
      get('/listed?prefix=boo%2F'),
      {
        status: 200,
        has: ['<Prefix>boo/</Prefix>', '<Key>boo/bar</Key>', '<Key>boo/baz/xyzzy</Key>'],
        hasNot: ['asdf'],
      },
    ],
    [
      'no keys at all',
      get('/listed?max-keys=0'),
      { status: 200, has: ['<MaxKeys>0</MaxKeys><IsTruncated>false</IsTruncated>'], hasNot: ['<Contents>'] },
    ],
    ['more than a thousand', get('/listed?max-keys=2000'), { status: 200, has: ['<MaxKeys>1000</MaxKeys>'] }],
    [
      'max-keys that is no number',
      get('/listed?max-keys=blah'),
      { status: 400, code: 'InvalidArgument', has: ['<ArgumentName>max-keys</ArgumentName>'] },
    ],
    ['max-keys below zero', get('/listed?max-keys=-1'), { status: 400, code: 'InvalidArgument' }],
    ['max-keys without a value', get('/listed?max-keys='), { status: 400, code: 'InvalidArgument' }],
    [
      'encoding-type',
      get('/listed?encoding-type=url&prefix=plus'),
      { status: 200, has: ['<EncodingType>url</EncodingType>', '<Key>plus%2B%20and%20space</Key>'] },
    ],
    [
      'encoding-type with a delimiter',
      get('/listed?encoding-type=url&delimiter=%2F'),
      { status: 200, has: ['<Delimiter>/</Delimiter>', '<Prefix>%C3%BC/</Prefix>'] },
    ],
    ['encoding-type that is none', get('/listed?encoding-type=base64'), { status: 400, code: 'InvalidArgument' }],
    ['a bucket that is not there', get('/no-such-bucket'), { status: 404, code: 'NoSuchBucket' }],
    ['by nobody', { target: '/listed', isAnonymous: true }, { status: 403, code: 'AccessDenied' }],
  ]);
});

describe('ListObjectsV2', () => {
  rows([
    [
      'all',
      get('/listed?list-type=2'),
      {
        status: 200,
        has: [`<KeyCount>${KEYS.length}</KeyCount>`],
        hasNot: ['<Owner>', '<Marker', '<ContinuationToken', '<StartAfter'],
      },
    ],
    ['fetch-owner', get('/listed?list-type=2&fetch-owner=true'), { status: 200, has: ['<Owner><ID>'] }],
    [
      'common prefixes count',
      get('/listed?list-type=2&delimiter=%2F'),
      { status: 200, has: ['<KeyCount>5</KeyCount>'] },
    ],
    [
      'start-after',
      get('/listed?list-type=2&start-after=cquux%2Fbla'),
      {
        status: 200,
        has: ['<StartAfter>cquux/bla</StartAfter>', '<Key>cquux/thud</Key>'],
        hasNot: ['<Key>cquux/bla</Key>'],
      },
    ],
    [
      'an empty token is none',
      get('/listed?list-type=2&continuation-token='),
      { status: 200, has: ['<ContinuationToken/>', '<Key>asdf</Key>'] },
    ],
    [
      'a token that is none',
      get('/listed?list-type=2&continuation-token=nonsense'),
      { status: 400, code: 'InvalidArgument' },
    ],
    ['another list type', get('/listed?list-type=3'), { status: 400, code: 'InvalidArgument' }],
  ]);

  test('token by token, every key comes once and in order; a token that was changed is refused', async () => {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const target = `/listed?list-type=2&max-keys=2${token === undefined ? '' : `&continuation-token=${encodeURIComponent(token)}`}`;
      const { text } = await ask(get(target));
      seen.push(...[...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key));
      token = /<NextContinuationToken>([^<]*)</.exec(text)?.[1];
      if (token !== undefined) {
        const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
        const refused = await ask(get(`/listed?list-type=2&continuation-token=${changed}`));
        expect(refused.code).toBe('InvalidArgument');
        expect((await ask(get(`/others?list-type=2&continuation-token=${token}`))).code).toBe('InvalidArgument');
      }
    } while (token !== undefined);
    expect(seen).toEqual([...KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
});

const tagging = (...keys: string[]) =>
  `<Tagging><TagSet>${keys.map((key) => `<Tag><Key>${key}</Key><Value>v</Value></Tag>`).join('')}</TagSet></Tagging>`;

describe('GetObjectTagging, PutObjectTagging, DeleteObjectTagging', () => {
  rows([
    ['of an object without tags', get('/objects/there?tagging'), { status: 200, has: ['<TagSet/>'] }],
    ['set', put('/objects/empty?tagging', {}, tagging('b', 'a')), { status: 200 }],
    [
      'given back by key',
      get('/objects/empty?tagging'),
      { status: 200, has: ['<TagSet><Tag><Key>a</Key><Value>v</Value></Tag><Tag><Key>b</Key>'] },
    ],
    ['counted', head('/objects/empty'), { status: 200, headers: { 'x-amz-tagging-count': '2' } }],
    ['removed', remove('/objects/empty?tagging'), { status: 204 }],
    ['gone', get('/objects/empty?tagging'), { status: 200, has: ['<TagSet/>'] }],
    ['eleven', put('/objects/empty?tagging', {}, tagging(...'abcdefghijk')), { status: 400, code: 'InvalidTag' }],
    [
      'a key of 129 characters',
      put('/objects/empty?tagging', {}, tagging('k'.repeat(129))),
      { status: 400, code: 'InvalidTag' },
    ],
    ['a key twice', put('/objects/empty?tagging', {}, tagging('a', 'a')), { status: 400, code: 'InvalidTag' }],
    ['a key of the system', put('/objects/empty?tagging', {}, tagging('aws:a')), { status: 400, code: 'InvalidTag' }],
    ['no XML', put('/objects/empty?tagging', {}, 'tags'), { status: 400, code: 'MalformedXML' }],
    ['of nothing', put('/objects/nothing?tagging', {}, tagging('a')), { status: 404, code: 'NoSuchKey' }],
  ]);
});

describe('CopyObject', () => {
  const from = (source: string, more: Record<string, string> = {}) => ({ 'x-amz-copy-source': source, ...more });
  rows([
    [
      'takes bytes and metadata',
      put('/others/copy', from('/objects/there'), ''),
      { status: 200, has: [`<ETag>${ETAG.replaceAll('"', '&quot;')}</ETag>`, '<LastModified>'] },
    ],
    [
      'has them',
      get('/others/copy'),
      { status: 200, body: BODY, headers: { 'content-type': 'text/plain', 'x-amz-meta-colour': 'red', etag: ETAG } },
    ],
    ['without a leading slash', put('/others/copy2', from('objects/there'), ''), { status: 200 }],
    [
      'replaces metadata',
      put('/others/copy3', from('objects/there', { 'x-amz-metadata-directive': 'REPLACE', 'content-type': 'a/b' }), ''),
      { status: 200 },
    ],
    [
      'has the new',
      get('/others/copy3'),
      { status: 200, headers: { 'content-type': 'a/b', 'x-amz-meta-colour': undefined } },
    ],
    ['onto itself', put('/objects/there', from('objects/there'), ''), { status: 400, code: 'InvalidRequest' }],
    [
      'onto itself with other metadata',
      put('/others/copy2', from('others/copy2', { 'x-amz-metadata-directive': 'REPLACE' }), ''),
      { status: 200 },
    ],
    [
      'directive that is none',
      put('/others/copy4', from('objects/there', { 'x-amz-metadata-directive': 'KEEP' }), ''),
      { status: 400, code: 'InvalidArgument' },
    ],
    ['source that is not there', put('/others/copy4', from('objects/nothing'), ''), { status: 404, code: 'NoSuchKey' }],
    [
      'source bucket that is not there',
      put('/others/copy4', from('no-such-bucket/nothing'), ''),
      { status: 404, code: 'NoSuchBucket' },
    ],
    [
      'target bucket that is not there',
      put('/no-such-bucket/copy', from('objects/there'), ''),
      { status: 404, code: 'NoSuchBucket' },
    ],
    ['source without a key', put('/others/copy4', from('objects'), ''), { status: 400, code: 'InvalidArgument' }],
    [
      'source that is not encoded',
      put('/others/copy4', from('objects/%zz'), ''),
      { status: 400, code: 'InvalidArgument' },
    ],
    [
      'source If-Match',
      put('/others/copy4', from('objects/there', { 'x-amz-copy-source-if-match': ETAG }), ''),
      { status: 200 },
    ],
    [
      'source If-Match of another',
      put('/others/copy4', from('objects/there', { 'x-amz-copy-source-if-match': '"x"' }), ''),
      { status: 412, code: 'PreconditionFailed' },
    ],
    [
      'source If-None-Match',
      put('/others/copy4', from('objects/there', { 'x-amz-copy-source-if-none-match': ETAG }), ''),
      { status: 412, code: 'PreconditionFailed' },
    ],
    [
      'source If-Unmodified-Since',
      put('/others/copy4', from('objects/there', { 'x-amz-copy-source-if-unmodified-since': PAST }), ''),
      { status: 412, code: 'PreconditionFailed' },
    ],
    [
      'source If-Modified-Since',
      put('/others/copy4', from('objects/there', { 'x-amz-copy-source-if-modified-since': PAST }), ''),
      { status: 200 },
    ],
    ['a key with signs, encoded', put('/others/copy5', from('listed/plus%2B%20and%20space'), ''), { status: 200 }],
    [
      'a key beyond ASCII, as bytes',
      put('/others/copy6', from(Buffer.from('listed/ü/ñ').toString('latin1')), ''),
      { status: 200 },
    ],
  ]);
});

describe('DeleteObject and DeleteObjects', () => {
  const batch = (...keys: string[]) =>
    `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`;
  rows([
    [
      'what is not there',
      remove('/others/nothing'),
      { status: 204, body: '', headers: { 'x-amz-delete-marker': undefined } },
    ],
    ['in a bucket that is not there', remove('/no-such-bucket/nothing'), { status: 404, code: 'NoSuchBucket' }],
    [
      'If-Match of another',
      remove('/objects/there', { 'if-match': '"x"' }),
      { status: 412, code: 'PreconditionFailed' },
    ],
    [
      'a batch',
      post('/others?delete', batch('x', 'y')),
      { status: 200, has: ['<Deleted><Key>x</Key></Deleted><Deleted><Key>y</Key></Deleted>'] },
    ],
    [
      'a quiet batch',
      post('/others?delete', batch('x').replace('</Delete>', '<Quiet>true</Quiet></Delete>')),
      { status: 200, has: ['<DeleteResult'], hasNot: ['<Deleted>'] },
    ],
    [
      'a batch without a checksum',
      { method: 'POST', target: '/others?delete', body: batch('x') },
      { status: 400, code: 'InvalidRequest' },
    ],
    [
      'a batch that was damaged',
      post('/others?delete', batch('x'), { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      { status: 400, code: 'BadDigest' },
    ],
    [
      'a batch of 1,001',
      post('/others?delete', batch(...Array.from({ length: 1001 }, (_, at) => `k${at}`))),
      { status: 400, code: 'MalformedXML' },
    ],
    ['a batch of none', post('/others?delete', '<Delete/>'), { status: 400, code: 'MalformedXML' }],
    [
      'a batch with a key that cannot be',
      post('/others?delete', batch('a'.repeat(1025), 'x')),
      { status: 200, has: ['<Code>KeyTooLongError</Code>', '<Deleted><Key>x</Key></Deleted>'] },
    ],
    [
      'a batch with a condition that does not hold',
      post('/objects?delete', '<Delete><Object><Key>there</Key><ETag>"x"</ETag></Object></Delete>'),
      { status: 200, has: ['<Error><Key>there</Key><Code>PreconditionFailed</Code>'] },
    ],
    [
      'a batch in a bucket that is not there',
      post('/no-such-bucket?delete', batch('x')),
      { status: 404, code: 'NoSuchBucket' },
    ],
    [
      'a batch by nobody',
      { ...post('/objects?delete', batch('there')), isAnonymous: true },
      { status: 200, has: ['<Error><Key>there</Key><Code>AccessDenied</Code>'] },
    ],
    ['no XML', post('/others?delete', 'x'), { status: 400, code: 'MalformedXML' }],
  ]);
});

describe('GetObjectAttributes, GetObjectAcl, PutObjectAcl', () => {
  const attributes = (names: string) => ({ 'x-amz-object-attributes': names });
  rows([
    [
      'attributes',
      get('/open/there?attributes', attributes('ETag,ObjectSize,StorageClass,Checksum,ObjectParts')),
      {
        status: 200,
        has: [
          `<ETag>${ETAG.slice(1, -1)}</ETag><Checksum>`,
          '<StorageClass>STANDARD</StorageClass><ObjectSize>11</ObjectSize>',
        ],
        hasNot: ['<ObjectParts'],
      },
    ],
    [
      'only those that were asked for',
      get('/objects/there?attributes', attributes('ObjectSize')),
      { status: 200, has: ['<ObjectSize>11</ObjectSize>'], hasNot: ['<ETag>'] },
    ],
    [
      'attributes that are none',
      get('/objects/there?attributes', attributes('Colour')),
      { status: 400, code: 'InvalidArgument' },
    ],
    ['no attributes', get('/objects/there?attributes'), { status: 400, code: 'InvalidArgument' }],
    [
      'attributes of nothing',
      get('/objects/nothing?attributes', attributes('ETag')),
      { status: 404, code: 'NoSuchKey' },
    ],
    [
      'ACL of a private bucket',
      get('/objects/there?acl'),
      { status: 200, has: ['<Permission>FULL_CONTROL</Permission>', 'xsi:type="CanonicalUser"'], hasNot: ['AllUsers'] },
    ],
    [
      'ACL of a public bucket',
      get('/open/there?acl'),
      { status: 200, has: ['AllUsers', '<Permission>READ</Permission>'] },
    ],
    ['setting what holds', put('/objects/there?acl', { 'x-amz-acl': 'private' }, ''), { status: 200 }],
    [
      'setting what does not',
      put('/objects/there?acl', { 'x-amz-acl': 'public-read' }, ''),
      { status: 501, code: 'NotImplemented' },
    ],
    ['ACL of nothing', get('/objects/nothing?acl'), { status: 404, code: 'NoSuchKey' }],
  ]);

  test('an ACL that was read can be put back', async () => {
    const { text } = await ask(get('/open/there?acl'));
    check(await ask(put('/open/there?acl', {}, text)), { status: 200 });
    check(await ask(put('/objects/there?acl', {}, text)), { status: 501, code: 'NotImplemented' });
  });
});

describe('versions', () => {
  test('are kept, listed newest first, read, hidden and brought back', async () => {
    const Bucket = 'versioned';
    await door.client.send(new CreateBucketCommand({ Bucket }));
    await door.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const ids: string[] = [];
    for (const body of ['one', 'two']) {
      const { headers } = await ask(put('/versioned/k', {}, body));
      ids.push(String(headers['x-amz-version-id']));
    }
    const [first, second] = ids;
    check(await ask(get('/versioned?versions')), {
      status: 200,
      has: [
        `<VersionId>${second}</VersionId><IsLatest>true</IsLatest>`,
        `<VersionId>${first}</VersionId><IsLatest>false</IsLatest>`,
      ],
    });
    check(await ask(get(`/versioned/k?versionId=${first}`)), {
      status: 200,
      body: 'one',
      headers: { 'x-amz-version-id': first },
    });
    const hidden = await ask(remove('/versioned/k'));
    const marker = String(hidden.headers['x-amz-version-id']);
    expect(hidden.headers['x-amz-delete-marker']).toBe('true');
    check(await ask(get('/versioned/k')), {
      status: 404,
      code: 'NoSuchKey',
      headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker },
    });
    check(await ask(get(`/versioned/k?versionId=${marker}`)), {
      status: 405,
      code: 'MethodNotAllowed',
      headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE' },
    });
    check(await ask(get('/versioned?versions&max-keys=1')), {
      status: 200,
      has: [
        '<DeleteMarker><Key>k</Key>',
        '<NextKeyMarker>k</NextKeyMarker>',
        `<NextVersionIdMarker>${marker}</NextVersionIdMarker>`,
      ],
    });
    check(await ask(get(`/versioned?versions&max-keys=1&key-marker=k&version-id-marker=${marker}`)), {
      status: 200,
      has: [`<VersionId>${second}</VersionId>`],
      hasNot: ['<DeleteMarker>'],
    });
    check(await ask(get(`/versioned?versions&version-id-marker=${marker}`)), { status: 400, code: 'InvalidArgument' });
    check(await ask(put('/versioned/k', { 'x-amz-copy-source': `versioned/k?versionId=${first}` }, '')), {
      status: 200,
      headers: { 'x-amz-copy-source-version-id': first, 'x-amz-version-id': /./ },
    });
    check(await ask(get('/versioned/k')), { status: 200, body: 'one' });
    check(await ask(remove(`/versioned/k?versionId=${marker}`)), {
      status: 204,
      headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker },
    });
  });
});
