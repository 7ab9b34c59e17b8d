/** Who asks, and how that is told: signatures in headers and in queries, nobody's and somebody else's requests. */
import { describe } from 'vitest';
import { amzDate, type RawRequest, type Signing } from '../../../../test/s3/raw-request.ts';
import { anonymous, conformanceCases, get, head, put, remove } from './conformance-case.ts';
import { byOther, DENIED, refused, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/signed-for'));
  await prepare(put('/signed-for/key', 'x'));
  await prepare(put('/read-by-all', '', { 'x-amz-acl': 'public-read' }));
  await prepare(put('/read-by-all/key', 'x'));
});

const MISMATCH = refused(403, 'SignatureDoesNotMatch');
const MALFORMED = refused(400, 'AuthorizationHeaderMalformed');
const SKEWED = refused(403, 'RequestTimeTooSkewed');
const MINUTE_MS = 60_000;

const signed = (signing: Signing, request: RawRequest = get('/signed-for/key')): RawRequest => ({
  ...request,
  signing,
});
/** Written with other headers than were signed. */
const then = (thenHeaders: Record<string, string | undefined>, request: RawRequest = put('/signed-for/{key}', 'bar')) =>
  signed({ thenHeaders }, request);
const authorization = (text: string | undefined, request?: RawRequest) => then({ authorization: text }, request);
const presigned = (parameters: Record<string, string> = {}, request = get('/signed-for/key'), more: Signing = {}) =>
  signed({ presigned: parameters, ...more }, request);

describe('a signature in the Authorization header', () => {
  const section = 'Authenticating Requests: Using the Authorization Header';
  conformanceCases(ask, [
    ...rows(section, [
      ['is right', get('/signed-for/key'), { status: 200, body: 'x' }],
      ['of another secret', signed({ secretAccessKey: 'another' }), MISMATCH],
      ['of an unknown key', signed({ accessKeyId: 'BRKUNKNOWN0000000000' }), refused(403, 'InvalidAccessKeyId')],
      ['for another region', signed({ region: 'eu-west-1' }), { ...MALFORMED, has: ['<Region>us-east-1</Region>'] }],
      ['for another service', signed({ service: 'ec2' }), MALFORMED],
      ['of another day than the request', signed({ scopeDate: '20150930' }), MALFORMED],
      ['of another path', signed({ thenTarget: () => '/signed-for/other' }), MISMATCH],
      ['of another query', signed({ thenTarget: (target) => `${target}?versionId=null` }), MISMATCH],
      ['empty, on an object', authorization(''), DENIED],
      ['empty, on a bucket', authorization('', put('/auth-{key}')), DENIED],
      ['none, on an object', authorization(undefined), DENIED],
      ['none, on a bucket', authorization(undefined, put('/auth-{key}')), DENIED],
      ['that cannot be read', authorization('AWS4-HMAC-SHA256 Credential=HAHAHA'), MALFORMED],
      ['without a signature', authorization('AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host'), MALFORMED],
      ['of an unknown scheme', authorization('AWS4 HAHAHA'), refused(400, 'InvalidArgument')],
      ['of HTTP Basic', authorization('Basic YTpi'), refused(400, 'InvalidArgument')],
      [
        'a header that is signed and not sent',
        then({ 'x-amz-meta-a': undefined }, put('/signed-for/{key}', 'x', { 'x-amz-meta-a': 'b' })),
        MISMATCH,
      ],
      ['an x-amz- header that is sent and not signed', then({ 'x-amz-meta-a': 'b' }), DENIED],
      [
        'a header that is changed',
        then({ 'x-amz-meta-a': 'c' }, put('/signed-for/{key}', 'x', { 'x-amz-meta-a': 'b' })),
        MISMATCH,
      ],
      ['spaces in a signed header count as one', put('/signed-for/{key}', 'x', { 'x-amz-meta-a': 'b   c' }), 200],
      ['an empty user agent', put('/signed-for/{key}', 'x', { 'user-agent': '' }), 200],
      [
        'a token, though none is given out',
        put('/signed-for/{key}', 'x', { 'x-amz-security-token': 'abc' }),
        refused(400, 'InvalidToken'),
      ],
    ]),
    ...rows('Signature Version 2', [
      [
        'in the header',
        authorization('AWS AKIAIGR7ZNNBHC5BKSUB:FWeDfwojDSdS2Ztmpfeubhd9isU='),
        refused(400, 'InvalidRequest'),
      ],
      ['that cannot be read', authorization('AWS HAHAHA'), refused(400, 'InvalidArgument')],
      [
        'that cannot be read, on a bucket',
        authorization('AWS HAHAHA', put('/auth-{key}')),
        refused(400, 'InvalidArgument'),
      ],
      [
        'in the query',
        anonymous(get('/signed-for/key?AWSAccessKeyId=a&Signature=b&Expires=99999999999')),
        refused(400, 'InvalidRequest'),
      ],
    ]),
  ]);
});

describe('the time of a request', () => {
  const section = 'Authenticating Requests: Using the Authorization Header, x-amz-date';
  const at = (date: string) => put('/signed-for/{key}', 'bar', { 'x-amz-date': date });
  conformanceCases(ask, [
    ...rows(section, [
      ['ten minutes ago', at(amzDate(Date.now() - 10 * MINUTE_MS)), 200],
      [
        '17 minutes ago',
        at(amzDate(Date.now() - 17 * MINUTE_MS)),
        { ...SKEWED, has: ['<MaxAllowedSkewMilliseconds>'] },
      ],
      ['in 17 minutes', at(amzDate(Date.now() + 17 * MINUTE_MS)), SKEWED],
      ['before today', at('20100707T215304Z'), SKEWED],
      ['after today', at('20300707T215304Z'), SKEWED],
      ['before the epoch', at('19500707T215304Z'), SKEWED],
      ['at the end of time', at('99990707T215304Z'), SKEWED],
      ['no date', then({ 'x-amz-date': 'Bad Date' }), DENIED],
      ['empty', then({ 'x-amz-date': '' }), DENIED],
      ['none', then({ 'x-amz-date': undefined }), DENIED],
      ['changed after signing', then({ 'x-amz-date': amzDate(Date.now() - MINUTE_MS) }), MISMATCH],
    ]),
    ...rows('Common Request Headers, Date', [
      ...[
        'Bad Date',
        '',
        'Tue, 07 Jul 2010 21:53:04 GMT',
        'Tue, 07 Jul 2030 21:53:04 GMT',
        'Tue, 07 Jul 1950 21:53:04 GMT',
      ].map((date) => [`'${date}' beside x-amz-date`, then({ date }), 200] as const),
    ]),
  ]);
});

describe('a presigned URL', () => {
  const section = 'Authenticating Requests: Using Query Parameters';
  const WRONG = refused(400, 'AuthorizationQueryParametersError');
  const without = (name: string) => (target: string) => target.replace(new RegExp(`([?&])${name}=[^&]*&?`), '$1');
  conformanceCases(ask, [
    ...rows(section, [
      ['reads', presigned(), { status: 200, body: 'x' }],
      ['writes', presigned({}, put('/signed-for/{key}', 'bar')), 200],
      ['of HEAD', presigned({}, head('/signed-for/key')), { status: 200, body: '' }],
      ['lists', presigned({}, get('/signed-for?list-type=2&prefix=key')), { status: 200, has: ['<Key>key</Key>'] }],
      [
        'is changed',
        presigned({}, get('/signed-for/key'), { thenTarget: (target) => `${target}&versionId=null` }),
        MISMATCH,
      ],
      ['of another secret', presigned({}, get('/signed-for/key'), { secretAccessKey: 'another' }), MISMATCH],
      [
        'of an unknown key',
        presigned({}, get('/signed-for/key'), { accessKeyId: 'BRKUNKNOWN0000000000' }),
        refused(403, 'InvalidAccessKeyId'),
      ],
      [
        'is over',
        presigned({ 'X-Amz-Date': amzDate(Date.now() - 2 * MINUTE_MS), 'X-Amz-Expires': '60' }),
        { ...DENIED, has: ['<Message>Request has expired</Message>'] },
      ],
      ['is over at once', presigned({ 'X-Amz-Expires': '0' }), DENIED],
      [
        'is from the future',
        presigned({ 'X-Amz-Date': amzDate(Date.now() + 20 * MINUTE_MS) }),
        { ...DENIED, has: ['Request is not valid yet'] },
      ],
      [
        'holds for more than a week',
        presigned({ 'X-Amz-Expires': '604801' }),
        refused(403, 'AuthorizationQueryParametersError'),
      ],
      [
        'holds for less than nothing',
        presigned({ 'X-Amz-Expires': '-7' }),
        refused(403, 'AuthorizationQueryParametersError'),
      ],
      ['holds for no number', presigned({ 'X-Amz-Expires': 'long' }), WRONG],
      ['of another algorithm', presigned({ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA1' }), WRONG],
      ['with a credential that is none', presigned({ 'X-Amz-Credential': 'abc' }), WRONG],
      ['for another region', presigned({}, get('/signed-for/key'), { region: 'eu-west-1' }), WRONG],
      [
        'with a time that is none',
        presigned({}, get('/signed-for/key'), { thenTarget: (t) => t.replace(/X-Amz-Date=[^&]*/, 'X-Amz-Date=now') }),
        WRONG,
      ],
      ...[
        'X-Amz-Algorithm',
        'X-Amz-Credential',
        'X-Amz-Date',
        'X-Amz-Expires',
        'X-Amz-SignedHeaders',
        'X-Amz-Signature',
      ].map(
        (name) =>
          [`without ${name}`, presigned({}, get('/signed-for/key'), { thenTarget: without(name) }), WRONG] as const,
      ),
      [
        'with the Authorization header, too',
        presigned({}, get('/signed-for/key'), { thenHeaders: { authorization: 'AWS4-HMAC-SHA256 a' } }),
        refused(400, 'InvalidArgument'),
      ],
      [
        'with a header that was not signed',
        presigned({}, put('/signed-for/{key}', 'x'), { thenHeaders: { 'x-amz-acl': 'public-read' } }),
        DENIED,
      ],
      [
        'without a header that was signed',
        presigned({}, put('/signed-for/{key}', 'x', { 'x-amz-meta-a': 'b' }), {
          thenHeaders: { 'x-amz-meta-a': undefined },
        }),
        MISMATCH,
      ],
    ]),
    ...rows('GetObject, response-content-type', [
      [
        'by whoever signs',
        presigned({}, get('/signed-for/key?response-content-type=text%2Fplain')),
        { status: 200, headers: { 'content-type': 'text/plain' } },
      ],
      [
        'not by nobody',
        anonymous(get('/read-by-all/key?response-content-type=text%2Fplain')),
        refused(400, 'InvalidRequest'),
      ],
    ]),
  ]);
});

describe('nobody, and somebody else', () => {
  conformanceCases(
    ask,
    rows('User Guide, Access control list (ACL) overview', [
      ['reads an object of a private bucket', anonymous(get('/signed-for/key')), DENIED],
      ['asks for an object that is not there, in a private bucket', anonymous(get('/signed-for/nothing')), DENIED],
      ['lists a private bucket', anonymous(get('/signed-for')), DENIED],
      ['writes to a private bucket', anonymous(put('/signed-for/{key}', 'x')), DENIED],
      ['deletes in a private bucket', anonymous(remove('/signed-for/key')), DENIED],
      ['reads an object of a public bucket', anonymous(get('/read-by-all/key')), { status: 200, body: 'x' }],
      [
        'asks for an object that is not there, in a public bucket',
        anonymous(get('/read-by-all/nothing')),
        refused(404, 'NoSuchKey'),
      ],
      ['lists a public bucket', anonymous(get('/read-by-all')), { status: 200, has: ['<Key>key</Key>'] }],
      [
        'lists versions of a public bucket',
        anonymous(get('/read-by-all?versions')),
        { status: 200, has: ['<Key>key</Key>'] },
      ],
      ['writes to a public bucket', anonymous(put('/read-by-all/{key}', 'x')), DENIED],
      ['deletes in a public bucket', anonymous(remove('/read-by-all/key')), DENIED],
      ['configures a public bucket', anonymous(put('/read-by-all?tagging', '<Tagging><TagSet/></Tagging>')), DENIED],
      ['another user reads a private bucket', byOther(get('/signed-for/key')), DENIED],
      ['another user asks for what is not there', byOther(get('/signed-for/nothing')), DENIED],
      ['another user writes to a private bucket', byOther(put('/signed-for/{key}', 'x')), DENIED],
      ['another user deletes in a private bucket', byOther(remove('/signed-for/key')), DENIED],
      ['another user reads a public bucket', byOther(get('/read-by-all/key')), { status: 200, body: 'x' }],
      ['another user writes to a public bucket', byOther(put('/read-by-all/{key}', 'x')), DENIED],
    ]),
  );
});
