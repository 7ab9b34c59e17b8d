/** Requests as clients get them wrong, and what S3 answers ("Error responses", Amazon S3 API Reference). */
import { describe, expect, test } from 'vitest';
import type { Authenticator, RequestToAuthenticate } from './authenticator.ts';
import { EMPTY_SHA256 } from './payload-mode.ts';
import { ACCESS_KEY, NOW_MS, requestOf, type SigningChoices, signRequest, testAuthenticator } from './test-signer.ts';

const authenticator = testAuthenticator();
const HASH = { 'x-amz-content-sha256': EMPTY_SHA256 };
const GET = { method: 'GET', path: '/key', query: [] as [string, string][], headers: HASH as Record<string, string> };

function header(choices: SigningChoices = {}, headers: Record<string, string> = HASH): RequestToAuthenticate {
  return signRequest({ ...GET, headers }, choices);
}

function presigned(choices: SigningChoices = {}, headers: Record<string, string> = {}): RequestToAuthenticate {
  return signRequest({ ...GET, headers }, { expires: '900', ...choices });
}

function plain(rawQuery: string, headers: Record<string, string> = {}): RequestToAuthenticate {
  return requestOf('GET', '/key', rawQuery, Object.entries({ host: 'h', ...headers }).flat());
}

function withHeader(request: RequestToAuthenticate, name: string, change: (value: string) => string) {
  const index = request.rawHeaders.indexOf(name);
  return { ...request, rawHeaders: request.rawHeaders.with(index + 1, change(request.rawHeaders[index + 1] ?? '')) };
}

function withAuthorization(change: (value: string) => string): RequestToAuthenticate {
  return withHeader(header(), 'authorization', change);
}

function withQuery(change: (query: string) => string): RequestToAuthenticate {
  const { method, rawPath, rawQuery, rawHeaders } = presigned();
  return requestOf(method, rawPath, change(rawQuery), rawHeaders);
}

type Case = [name: string, request: RequestToAuthenticate, expected: Record<string, unknown>, by?: Authenticator];
const minutes = (count: number) => testAuthenticator(NOW_MS - 10 * 60_000 + count * 60_000);

const IN_HEADER: Case[] = [
  [
    'an unknown key of another day',
    header({ accessKey: 'AKIANOBODY', scopeDate: '20150930' }),
    { code: 'InvalidAccessKeyId' },
  ],
  ['an unknown key', header({ accessKey: 'AKIANOBODY' }), { code: 'InvalidAccessKeyId', status: 403 }],
  [
    'another region',
    header({ region: 'eu-west-1' }),
    { code: 'AuthorizationHeaderMalformed', elements: { Region: 'us-east-1' } },
  ],
  ['another service', header({ service: 'ec2' }), { code: 'AuthorizationHeaderMalformed', status: 400 }],
  [
    "a scope of another day than the request's",
    header({ scopeDate: '20130523' }),
    { code: 'AuthorizationHeaderMalformed' },
  ],
  [
    'a credential without a scope',
    withAuthorization((value) => value.replace(/Credential=[^,]*/, 'Credential=me')),
    { code: 'AuthorizationHeaderMalformed' },
  ],
  [
    'a scope that ends otherwise',
    withAuthorization((value) => value.replace('aws4_request', 'aws5_request')),
    { code: 'AuthorizationHeaderMalformed' },
  ],
  [
    'a scope with a date that is none',
    withAuthorization((value) => value.replace('/20130524/', '/today/')),
    { code: 'AuthorizationHeaderMalformed' },
  ],
  [
    'no signature',
    withAuthorization((value) => value.replace(/, Signature=.*/, '')),
    { code: 'AuthorizationHeaderMalformed' },
  ],
  [
    'no signed headers',
    withAuthorization((value) => value.replace(/SignedHeaders=[^,]*, /, '')),
    { code: 'AuthorizationHeaderMalformed' },
  ],
  [
    'two signatures',
    withAuthorization((value) => `${value}, Signature=${'0'.repeat(64)}`),
    { code: 'AuthorizationHeaderMalformed' },
  ],
  [
    'a signature that is no hex',
    withAuthorization((value) => value.replace(/Signature=.*/, 'Signature=x')),
    { code: 'SignatureDoesNotMatch', status: 403 },
  ],
  ['an algorithm alone', withAuthorization(() => 'AWS4-HMAC-SHA256'), { code: 'AuthorizationHeaderMalformed' }],
  [
    'the signature of 4A',
    withAuthorization((value) => value.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')),
    { code: 'InvalidRequest' },
  ],
  [
    'another scheme',
    withAuthorization(() => 'Basic YTpi'),
    { code: 'InvalidArgument', message: 'Unsupported Authorization Type' },
  ],
  ['no date', withHeader(header(), 'x-amz-date', () => ''), { code: 'AccessDenied', status: 403 }],
  ['a date that is none', withHeader(header(), 'x-amz-date', () => '20130532T000000Z'), { code: 'AccessDenied' }],
  [
    'a clock 16 minutes behind',
    header(),
    {
      code: 'RequestTimeTooSkewed',
      status: 403,
      elements: {
        MaxAllowedSkewMilliseconds: '900000',
        RequestTime: '2013-05-24T00:00:00Z',
        ServerTime: '2013-05-24T00:16:00Z',
      },
    },
    minutes(16),
  ],
  ['a clock 16 minutes ahead', header(), { code: 'RequestTimeTooSkewed' }, minutes(-16)],
  [
    'a host that is not signed',
    header({ unsigned: ['host'] }),
    { code: 'AccessDenied', elements: { HeadersNotSigned: 'host' } },
  ],
  [
    'a date that is not signed',
    header({ unsigned: ['x-amz-date'] }),
    { code: 'AccessDenied', elements: { HeadersNotSigned: 'x-amz-date' } },
  ],
  [
    'a temporary credential',
    header({}, { ...HASH, 'x-amz-security-token': 'token' }),
    { code: 'InvalidToken', elements: { 'Token-0': 'token' } },
  ],
  [
    'nothing said of the payload',
    header({}, {}),
    { code: 'InvalidRequest', message: 'Missing required header for this request: x-amz-content-sha256' },
  ],
  [
    'a payload hash that is none',
    header({}, { 'x-amz-content-sha256': 'abc' }),
    { code: 'InvalidArgument', elements: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: 'abc' } },
  ],
  [
    'a streaming payload of 4A',
    header({}, { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }),
    { code: 'InvalidArgument' },
  ],
];

const IN_QUERY: Case[] = [
  ['an unknown key', presigned({ accessKey: 'AKIANOBODY' }), { code: 'InvalidAccessKeyId' }],
  [
    'another region',
    presigned({ region: 'eu-west-1' }),
    { code: 'AuthorizationQueryParametersError', elements: { Region: 'us-east-1' } },
  ],
  ['another service', presigned({ service: 'ec2' }), { code: 'AuthorizationQueryParametersError' }],
  [
    'another algorithm',
    withQuery((query) => query.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1')),
    { code: 'AuthorizationQueryParametersError' },
  ],
  [
    'a parameter missing',
    withQuery((query) => query.replace(/&X-Amz-Date=[^&]*/, '')),
    { code: 'AuthorizationQueryParametersError', status: 400 },
  ],
  [
    'a parameter twice',
    withQuery((query) => `${query}&X-Amz-Expires=900`),
    { code: 'AuthorizationQueryParametersError' },
  ],
  [
    'a date that is none',
    withQuery((query) => query.replace('20130524T000000Z', 'today')),
    { code: 'AuthorizationQueryParametersError' },
  ],
  [
    'a validity of more than a week',
    presigned({ expires: '604801' }),
    { code: 'AuthorizationQueryParametersError', status: 403 },
  ],
  ['a negative validity', presigned({ expires: '-1' }), { code: 'AuthorizationQueryParametersError', status: 403 }],
  [
    'a validity that is no number',
    presigned({ expires: 'soon' }),
    { code: 'AuthorizationQueryParametersError', status: 400 },
  ],
  [
    'no validity left',
    presigned(),
    {
      code: 'AccessDenied',
      message: 'Request has expired',
      elements: { 'X-Amz-Expires': '900', Expires: '2013-05-24T00:15:00Z', ServerTime: '2013-05-24T00:15:00Z' },
    },
    minutes(15),
  ],
  ['no validity ever', presigned({ expires: '0' }), { code: 'AccessDenied', message: 'Request has expired' }],
  ['a time to come', presigned(), { code: 'AccessDenied', message: 'Request is not valid yet' }, minutes(-16)],
  [
    'a header of S3 that is not signed',
    presigned({ unsigned: ['x-amz-acl'] }, { 'x-amz-acl': 'public-read' }),
    { code: 'AccessDenied', elements: { HeadersNotSigned: 'x-amz-acl' } },
  ],
  ['a temporary credential', withQuery((query) => `${query}&X-Amz-Security-Token=t`), { code: 'InvalidToken' }],
  ['a signature of other things', withQuery((query) => `${query}&versionId=null`), { code: 'SignatureDoesNotMatch' }],
];

const OTHER: Case[] = [
  [
    'header and query at once',
    { ...presigned(), rawHeaders: header().rawHeaders },
    { code: 'InvalidArgument', status: 400, elements: { ArgumentName: 'Authorization' } },
  ],
  [
    'header and query of version 2 at once',
    { ...plain('AWSAccessKeyId=a&Signature=b&Expires=1'), rawHeaders: header().rawHeaders },
    { code: 'InvalidArgument' },
  ],
  [
    'two headers',
    { ...header(), rawHeaders: [...header().rawHeaders, 'Authorization', 'AWS a:b'] },
    { code: 'InvalidArgument' },
  ],
  [
    'a header of version 2',
    plain('', { authorization: 'AWS AKIA:c2lnbmF0dXJl' }),
    {
      code: 'InvalidRequest',
      message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    },
  ],
  [
    'a header of version 2 that is none',
    plain('', { authorization: 'AWS HAHAHA' }),
    { code: 'InvalidArgument', status: 400 },
  ],
  ['a query of version 2', plain('AWSAccessKeyId=a&Signature=b&Expires=1'), { code: 'InvalidRequest' }],
  [
    'signed chunks of nobody',
    plain('', { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }),
    { code: 'AccessDenied' },
  ],
];

describe.each([
  ['in the header', IN_HEADER],
  ['in the query', IN_QUERY],
  ['otherwise', OTHER],
])('a signature %s is refused', (_place, cases) => {
  test.each(cases)('with %s', async (_name, request, expected, by = authenticator) => {
    await expect(by.authenticate(request)).rejects.toMatchObject(expected);
  });
});

test('a mismatch shows what was signed here', async () => {
  const request = withAuthorization((value) => value.replace(/Signature=.*/, `Signature=${'0'.repeat(64)}`));
  await expect(authenticator.authenticate(request)).rejects.toMatchObject({
    elements: {
      AWSAccessKeyId: ACCESS_KEY,
      SignatureProvided: '0'.repeat(64),
      StringToSign: expect.stringMatching(
        /^AWS4-HMAC-SHA256\n20130524T000000Z\n20130524\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
      ),
      StringToSignBytes: expect.stringMatching(/^41 57 53 34 /),
      CanonicalRequest: expect.stringMatching(/^GET\n\/key\n\nhost:bucket.s3.example\n/),
      CanonicalRequestBytes: expect.stringMatching(/^47 45 54 0a /),
    },
  });
});

describe('accepted', () => {
  test('is a request without any signature, as nobody', async () => {
    for (const request of [plain(''), plain('', { authorization: '' })]) {
      expect(await authenticator.authenticate(request)).toEqual({
        credential: { kind: 'anonymous' },
        isPresigned: false,
        payload: { kind: 'unsigned' },
      });
    }
  });

  test("is nobody's body in chunks, by the headers that are left of it", async () => {
    const headers = {
      'content-encoding': 'gzip, aws-chunked',
      'x-amz-decoded-content-length': '1',
      'x-amz-trailer': 'x',
    };
    const { payload } = await authenticator.authenticate(plain('', headers));
    expect(payload).toEqual({ kind: 'streaming', isSigned: false, hasTrailer: true });
  });

  test.each([
    ['UNSIGNED-PAYLOAD', { kind: 'unsigned' }],
    [EMPTY_SHA256.toUpperCase(), { kind: 'sha256', hex: EMPTY_SHA256 }],
    ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { kind: 'streaming', isSigned: false, hasTrailer: true }],
    ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { kind: 'streaming', isSigned: true, hasTrailer: false }],
    ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { kind: 'streaming', isSigned: true, hasTrailer: true }],
  ])('is the payload %s', async (hash, payload) => {
    const authenticated = await authenticator.authenticate(header({}, { 'x-amz-content-sha256': hash }));
    expect(authenticated.payload).toEqual(payload);
    expect(authenticated.signing !== undefined).toBe('isSigned' in payload && payload.isSigned);
    expect(authenticated.signer).toEqual({ accessKey: ACCESS_KEY, userId: 'u', userName: 'alice', namespace: 'alice' });
  });

  test('is a date in Date alone', async () => {
    const request = header({}, { ...HASH, Date: 'Fri, 24 May 2013 00:00:00 GMT' });
    const unsigned = header({ unsigned: ['x-amz-date'] }, { ...HASH, Date: 'Fri, 24 May 2013 00:00:00 GMT' });
    const rawHeaders = unsigned.rawHeaders.toSpliced(unsigned.rawHeaders.indexOf('x-amz-date'), 2);
    await expect(authenticator.authenticate({ ...unsigned, rawHeaders })).resolves.toHaveProperty('signer');
    await expect(authenticator.authenticate(request)).resolves.toHaveProperty('signer');
  });

  test('is a path that was sent with fewer characters encoded than were signed, and a plus for a space in the query', async () => {
    const request = signRequest({ ...GET, path: "/a(b)!*'", query: [['prefix', 'a b']] });
    const sent = requestOf('GET', "/a(b)!*'", 'prefix=a+b', request.rawHeaders);
    await expect(authenticator.authenticate(sent)).resolves.toHaveProperty('signer');
  });

  test('is the host by which HTTP/2 names it', async () => {
    const request = header();
    const rawHeaders = request.rawHeaders.map((name) => (name === 'host' ? ':authority' : name));
    await expect(authenticator.authenticate({ ...request, rawHeaders })).resolves.toHaveProperty('signer');
  });
});

describe('a form is refused', () => {
  const fields: Record<string, string> = {
    policy: 'e30=',
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${ACCESS_KEY}/20130524/us-east-1/s3/aws4_request`,
    'x-amz-date': '20130524T000000Z',
    'x-amz-signature': '0'.repeat(64),
  };
  test.each([
    ['with a wrong signature', {}, 'SignatureDoesNotMatch'],
    ['without a policy', { policy: undefined }, 'InvalidArgument'],
    ['without an algorithm', { 'x-amz-algorithm': undefined }, 'InvalidArgument'],
    ['with another algorithm', { 'x-amz-algorithm': 'AWS4-ECDSA-P256-SHA256' }, 'InvalidRequest'],
    ['with a date that is none', { 'x-amz-date': 'today' }, 'InvalidArgument'],
    ['with a credential that is none', { 'x-amz-credential': 'me' }, 'InvalidArgument'],
    [
      'of another region',
      { 'x-amz-credential': `${ACCESS_KEY}/20130524/eu-west-1/s3/aws4_request` },
      'InvalidArgument',
    ],
    [
      'of an unknown key',
      { 'x-amz-credential': 'AKIANOBODY/20130524/us-east-1/s3/aws4_request' },
      'InvalidAccessKeyId',
    ],
    ['of version 2', { awsaccesskeyid: ACCESS_KEY, signature: 'c2ln' }, 'InvalidRequest'],
  ])('%s', async (_name, change: Record<string, string | undefined>, code) => {
    const form = { ...fields, ...change };
    const request = { requestId: 'r', remoteAddress: '127.0.0.1' };
    await expect(authenticator.authenticateForm((name) => form[name], request)).rejects.toMatchObject({ code });
  });

  test('unless nothing of it is signed', async () => {
    const request = { requestId: 'r', remoteAddress: '127.0.0.1' };
    expect(await authenticator.authenticateForm(() => undefined, request)).toEqual({
      credential: { kind: 'anonymous' },
    });
  });
});
