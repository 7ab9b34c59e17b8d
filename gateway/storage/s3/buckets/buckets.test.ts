/** Operations on buckets, by name and by error code: what is asked over HTTP, and what S3's documentation says comes back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestGateway } from '../../../test-gateway.ts';
import { testDoor } from '../test-door.ts';

let server: TestGateway;
let base = '';

beforeAll(async () => {
  server = await TestGateway.start({ s3: testDoor(), settings: { s3: { httpPort: 0 } } });
  base = `http://127.0.0.1:${server.gateway.s3Ports.http}`;
  for (const bucket of ['b', 'full', 'zz-1', 'zz-2', 'zz-3']) expect((await ask(`PUT /${bucket}`)).status).toBe(200);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

async function ask(asked: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const [method = 'GET', path = '/'] = asked.split(' ');
  const response = await fetch(base + path, {
    method,
    headers: { authorization: 'test', ...headers },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const document = (root: string, inside: string) =>
  inside === ''
    ? `${XML}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`
    : `${XML}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</${root}>`;
const lifecycle = (inside: string, rest = '<Status>Enabled</Status>') =>
  `<LifecycleConfiguration><Rule>${inside}${rest}</Rule></LifecycleConfiguration>`;
const cors = (inside: string) => `<CORSConfiguration><CORSRule>${inside}</CORSRule></CORSConfiguration>`;
const statement = (more: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', ...more },
  });

describe('CreateBucket', () => {
  test.each([
    ['PUT /new-1', undefined, {}, 200, ''],
    ['PUT /new-1', undefined, {}, 200, ''],
    ['PUT /new-1', undefined, { 'x-amz-acl': 'public-read' }, 409, 'BucketAlreadyExists'],
    ['PUT /others', undefined, {}, 409, 'BucketAlreadyExists'],
    ['PUT /new-2', undefined, { 'x-amz-acl': 'public-read' }, 200, ''],
    ['PUT /new-3', undefined, { 'x-amz-acl': 'nonsense' }, 400, 'InvalidArgument'],
    ['PUT /new-3', undefined, { 'x-amz-acl': 'public-read-write' }, 501, 'NotImplemented'],
    ['PUT /new-3', undefined, { 'x-amz-object-ownership': 'nonsense' }, 400, 'InvalidArgument'],
    ['PUT /new-3', undefined, { 'x-amz-bucket-object-lock-enabled': 'true' }, 501, 'NotImplemented'],
    [
      'PUT /new-3',
      undefined,
      { 'x-amz-acl': 'public-read', 'x-amz-object-ownership': 'BucketOwnerEnforced' },
      400,
      'InvalidBucketAclWithObjectOwnership',
    ],
    [
      'PUT /new-3',
      '<CreateBucketConfiguration><LocationConstraint>mars-1</LocationConstraint></CreateBucketConfiguration>',
      {},
      400,
      'InvalidLocationConstraint',
    ],
    ['PUT /new-3', '<CreateBucketConfiguration><Nonsense/></CreateBucketConfiguration>', {}, 400, 'MalformedXML'],
    ['PUT /new-3', 'nonsense', {}, 400, 'MalformedXML'],
    [
      'PUT /new-3',
      '<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint></CreateBucketConfiguration>',
      {},
      200,
      '',
    ],
    [
      'PUT /new-4',
      '<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>',
      {},
      200,
      '',
    ],
  ] as [string, string | undefined, Record<string, string>, number, string][])(
    '%s %s %j: %s %s',
    async (asked, body, headers, status, code) => {
      const answer = await ask(asked, body, headers);
      expect([answer.status, /<Code>(\w+)/.exec(answer.body)?.[1] ?? '']).toEqual([status, code]);
      if (status === 200) expect(answer.headers.get('location')).toBe(asked.slice(4));
    },
  );

  test('with tags keeps them', async () => {
    expect((await ask('GET /new-4?tagging')).body).toContain('<Key>a</Key><Value>b</Value>');
  });
});

describe('ListBuckets', () => {
  test('pages by prefix, with a token', async () => {
    const first = await ask('GET /?prefix=zz-&max-buckets=2');
    expect(first.body).toContain('<Name>zz-1</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate>');
    expect(first.body).toContain('<Owner><ID>tester</ID><DisplayName>tester</DisplayName></Owner>');
    expect(first.body).toContain('<Prefix>zz-</Prefix>');
    const [, token = ''] = /<ContinuationToken>(.*)<\/ContinuationToken>/.exec(first.body) ?? [];
    const second = await ask(`GET /?prefix=zz-&max-buckets=2&continuation-token=${token}`);
    expect(second.body.match(/<Name>[^<]*/g)).toEqual(['<Name>zz-3']);
    expect(second.body).not.toContain('ContinuationToken');
  });

  test.each([
    'max-buckets=0',
    'max-buckets=10001',
    'max-buckets=x',
    'continuation-token=!!',
    'continuation-token=AAAA',
  ])('%s is an InvalidArgument', async (query) => {
    const answer = await ask(`GET /?${query}`);
    expect([answer.status, answer.body.includes('<Code>InvalidArgument</Code>')]).toEqual([400, true]);
  });

  test('nobody has none', async () => {
    const answer = await ask('GET /', undefined, { authorization: '' });
    expect([answer.status, answer.body.includes('<Buckets/>')]).toEqual([200, true]);
  });
});

describe('buckets themselves', () => {
  test.each([
    ['HEAD /b', 200],
    ['HEAD /nothing', 404],
    ['DELETE /nothing', 404],
    ['DELETE /full', 409],
    ['GET /nothing?location', 404],
    ['GET /nothing?policy', 404],
    ['PUT /nothing?versioning', 404],
  ])('%s: %s', async (asked, status) => {
    const body = asked.startsWith('PUT')
      ? '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
      : undefined;
    expect((await ask(asked, body)).status).toBe(status);
  });

  test('HeadBucket names the region; GetBucketLocation says the first by nothing; DeleteBucket has no content', async () => {
    expect((await ask('HEAD /b')).headers.get('x-amz-bucket-region')).toBe('us-east-1');
    expect((await ask('GET /b?location')).body).toBe(document('LocationConstraint', ''));
    await ask('PUT /gone');
    const answer = await ask('DELETE /gone');
    expect([answer.status, answer.body, answer.headers.get('content-length')]).toEqual([204, '', null]);
    expect((await ask('DELETE /gone')).body).toContain('<Code>NoSuchBucket</Code>');
  });

  test('another owner than expected is denied', async () => {
    const owned = (owner: string) => ask('GET /b?location', undefined, { 'x-amz-expected-bucket-owner': owner });
    expect([(await owned('tester')).status, (await owned('someone')).status]).toEqual([200, 403]);
    const copied = (owner: string) =>
      ask('PUT /b/k', undefined, {
        'x-amz-copy-source': '/b/from',
        'x-amz-source-expected-bucket-owner': owner,
        'x-amz-metadata-directive': 'nonsense',
      });
    expect([(await copied('tester')).status, (await copied('someone')).status]).toEqual([400, 403]);
  });
});

describe('what is set is given back', () => {
  test.each([
    ['versioning', 'VersioningConfiguration', '<Status>Enabled</Status>'],
    ['versioning', 'VersioningConfiguration', '<Status>Suspended</Status>'],
    ['tagging', 'Tagging', '<TagSet><Tag><Key>a b</Key><Value>ü</Value></Tag><Tag><Key>c</Key><Value/></Tag></TagSet>'],
    [
      'cors',
      'CORSConfiguration',
      '<CORSRule><ID>x</ID><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>https://*.a</AllowedOrigin><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3</MaxAgeSeconds></CORSRule>',
    ],
    [
      'lifecycle',
      'LifecycleConfiguration',
      '<Rule><ID>a</ID><Prefix>p/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>',
    ],
    [
      'lifecycle',
      'LifecycleConfiguration',
      '<Rule><ID>a</ID><Filter><Prefix/></Filter><Status>Disabled</Status><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>5</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>',
    ],
    [
      'lifecycle',
      'LifecycleConfiguration',
      '<Rule><ID>a</ID><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter><Status>Enabled</Status><Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration></Rule>',
    ],
    [
      'lifecycle',
      'LifecycleConfiguration',
      '<Rule><ID>a</ID><Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>',
    ],
    [
      'lifecycle',
      'LifecycleConfiguration',
      '<Rule><ID>a</ID><Filter><Prefix>x</Prefix></Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>',
    ],
    [
      'website',
      'WebsiteConfiguration',
      '<IndexDocument><Suffix>i.html</Suffix></IndexDocument><ErrorDocument><Key>e.html</Key></ErrorDocument><RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><Protocol>https</Protocol><HostName>h</HostName><HttpRedirectCode>302</HttpRedirectCode><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>',
    ],
    [
      'website',
      'WebsiteConfiguration',
      '<RedirectAllRequestsTo><HostName>h.example:80</HostName><Protocol>http</Protocol></RedirectAllRequestsTo>',
    ],
    [
      'notification',
      'NotificationConfiguration',
      '<QueueConfiguration><Id>n</Id><Queue>arn:bramble:sqs::t:webhook</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>a</Value></FilterRule><FilterRule><Name>suffix</Name><Value>.b</Value></FilterRule></S3Key></Filter></QueueConfiguration><TopicConfiguration><Id>m</Id><Topic>arn:t</Topic><Event>s3:ObjectRemoved:Delete</Event></TopicConfiguration>',
    ],
    ['ownershipControls', 'OwnershipControls', '<Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule>'],
  ])('?%s: %s %s', async (part, root, inside) => {
    const put = await ask(`PUT /b?${part}`, document(root, inside));
    expect([put.status, put.body]).toEqual([part === 'tagging' ? 204 : 200, '']);
    const got = await ask(`GET /b?${part}`);
    expect([got.status, got.headers.get('content-type'), got.body]).toEqual([
      200,
      'application/xml',
      document(root, inside),
    ]);
  });

  test('a policy as it was put, byte by byte', async () => {
    const policy = ` ${statement({})}\n`.trimStart();
    expect((await ask('PUT /b?policy', policy)).status).toBe(204);
    const got = await ask('GET /b?policy');
    expect([got.headers.get('content-type'), got.body]).toEqual(['application/json', policy]);
  });

  test('lifecycle rules without a name get one', async () => {
    await ask('PUT /b?lifecycle', lifecycle('<Prefix/><Expiration><Days>1</Days></Expiration>'));
    expect((await ask('GET /b?lifecycle')).body).toMatch(/<ID>[0-9a-f-]{36}<\/ID>/);
  });

  test('an empty notification and an empty set of tags are none', async () => {
    await ask('PUT /b?notification', '<NotificationConfiguration/>');
    expect((await ask('GET /b?notification')).body).toBe(document('NotificationConfiguration', ''));
    await ask('PUT /b?tagging', '<Tagging><TagSet/></Tagging>');
    expect((await ask('GET /b?tagging')).body).toContain('<Code>NoSuchTagSet</Code>');
  });
});

describe('what is not set, or was removed', () => {
  test.each([
    ['tagging', 404, 'NoSuchTagSet'],
    ['cors', 404, 'NoSuchCORSConfiguration'],
    ['lifecycle', 404, 'NoSuchLifecycleConfiguration'],
    ['policy', 404, 'NoSuchBucketPolicy'],
    ['website', 404, 'NoSuchWebsiteConfiguration'],
    ['ownershipControls', 404, 'OwnershipControlsNotFoundError'],
    ['encryption', 404, 'ServerSideEncryptionConfigurationNotFoundError'],
    ['publicAccessBlock', 404, 'NoSuchPublicAccessBlockConfiguration'],
    ['object-lock', 404, 'ObjectLockConfigurationNotFoundError'],
    ['replication', 404, 'ReplicationConfigurationNotFoundError'],
  ])('?%s: %s %s', async (part, status, code) => {
    for (const removes of [false, true]) {
      if (removes && (await ask(`DELETE /zz-1?${part}`)).status === 501) return;
      const answer = await ask(`GET /zz-1?${part}`);
      expect([answer.status, answer.body.includes(`<Code>${code}</Code>`)]).toEqual([status, true]);
    }
  });

  test.each([
    ['versioning', 'VersioningConfiguration', ''],
    ['notification', 'NotificationConfiguration', ''],
    ['logging', 'BucketLoggingStatus', ''],
    ['accelerate', 'AccelerateConfiguration', ''],
    ['requestPayment', 'RequestPaymentConfiguration', '<Payer>BucketOwner</Payer>'],
    ['policyStatus', 'PolicyStatus', '<IsPublic>false</IsPublic>'],
  ])('?%s is what S3 says of a bucket without', async (part, root, inside) => {
    expect((await ask(`GET /zz-2?${part}`)).body).toBe(document(root, inside));
  });
});

describe('what S3 refuses', () => {
  const days = '<Expiration><Days>1</Days></Expiration>';
  test.each([
    ['versioning', '', 400, 'MissingRequestBodyError'],
    ['versioning', '<VersioningConfiguration/>', 400, 'IllegalVersioningConfigurationException'],
    ['versioning', '<VersioningConfiguration><Status>enabled</Status></VersioningConfiguration>', 400, 'MalformedXML'],
    [
      'versioning',
      '<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>',
      501,
      'NotImplemented',
    ],
    ['tagging', '<Tagging><TagSet><Tag><Key></Key><Value/></Tag></TagSet></Tagging>', 400, 'InvalidTag'],
    [
      'tagging',
      `<Tagging><TagSet><Tag><Key>${'k'.repeat(129)}</Key><Value/></Tag></TagSet></Tagging>`,
      400,
      'InvalidTag',
    ],
    [
      'tagging',
      `<Tagging><TagSet>${'<Tag><Key>k</Key><Value/></Tag>'.repeat(2)}</TagSet></Tagging>`,
      400,
      'InvalidTag',
    ],
    ['tagging', '<Tagging><TagSet><Tag><Key>aws:k</Key><Value/></Tag></TagSet></Tagging>', 400, 'InvalidTag'],
    ['tagging', '<Tagging/>', 400, 'MalformedXML'],
    ['tagging', '<Tag', 400, 'MalformedXML'],
    ['cors', '<CORSConfiguration/>', 400, 'MalformedXML'],
    ['cors', cors('<AllowedOrigin>*</AllowedOrigin>'), 400, 'MalformedXML'],
    ['cors', cors('<AllowedMethod>GET</AllowedMethod>'), 400, 'MalformedXML'],
    ['cors', cors('<AllowedMethod>PATCH</AllowedMethod><AllowedOrigin>*</AllowedOrigin>'), 400, 'InvalidRequest'],
    [
      'cors',
      `<CORSConfiguration>${'<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>'.repeat(101)}</CORSConfiguration>`,
      400,
      'InvalidRequest',
    ],
    ['lifecycle', '<LifecycleConfiguration/>', 400, 'MalformedXML'],
    ['lifecycle', lifecycle(days), 400, 'MalformedXML'],
    ['lifecycle', lifecycle(`<Prefix/><Filter/>${days}`), 400, 'MalformedXML'],
    ['lifecycle', lifecycle(`<Prefix/>${days}`, ''), 400, 'MalformedXML'],
    ['lifecycle', lifecycle(`<Prefix/>${days}`, '<Status>enabled</Status>'), 400, 'MalformedXML'],
    ['lifecycle', lifecycle('<Prefix/><Expiration><Days>0</Days></Expiration>'), 400, 'InvalidArgument'],
    ['lifecycle', lifecycle('<Prefix/><Expiration><Days>-1</Days></Expiration>'), 400, 'InvalidArgument'],
    ['lifecycle', lifecycle('<Prefix/><Expiration><Days>x</Days></Expiration>'), 400, 'MalformedXML'],
    ['lifecycle', lifecycle('<Prefix/><Expiration/>'), 400, 'MalformedXML'],
    [
      'lifecycle',
      lifecycle('<Prefix/><Expiration><Days>1</Days><Date>2030-01-01</Date></Expiration>'),
      400,
      'MalformedXML',
    ],
    ['lifecycle', lifecycle('<Prefix/><Expiration><Date>20200101</Date></Expiration>'), 400, 'MalformedXML'],
    ['lifecycle', lifecycle(`<ID>${'i'.repeat(256)}</ID><Prefix/>${days}`), 400, 'InvalidArgument'],
    [
      'lifecycle',
      lifecycle(`<Filter><Prefix>a</Prefix><Tag><Key>k</Key><Value/></Tag></Filter>${days}`),
      400,
      'MalformedXML',
    ],
    [
      'lifecycle',
      lifecycle(
        '<Prefix/><NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>',
      ),
      400,
      'InvalidArgument',
    ],
    [
      'lifecycle',
      lifecycle(
        '<Prefix/><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>101</NewerNoncurrentVersions></NoncurrentVersionExpiration>',
      ),
      400,
      'InvalidArgument',
    ],
    [
      'lifecycle',
      lifecycle('<Prefix/><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>'),
      501,
      'NotImplemented',
    ],
    ['policy', '', 400, 'MissingRequestBodyError'],
    ['policy', 'x', 400, 'MalformedPolicy'],
    ['policy', '{', 400, 'MalformedPolicy'],
    ['policy', '{}', 400, 'MalformedPolicy'],
    ['policy', '{"Version":"2012-10-17","Statement":[]}', 400, 'MalformedPolicy'],
    ['policy', statement({}).replace('2012', '2013'), 400, 'MalformedPolicy'],
    ['policy', statement({ Effect: 'Maybe' }), 400, 'MalformedPolicy'],
    ['policy', statement({ Principal: undefined }), 400, 'MalformedPolicy'],
    ['policy', statement({ Principal: { Service: 'x' } }), 400, 'MalformedPolicy'],
    ['policy', statement({ Action: undefined }), 400, 'MalformedPolicy'],
    ['policy', statement({ Resource: undefined }), 400, 'MalformedPolicy'],
    ['policy', statement({ Nonsense: 1 }), 400, 'MalformedPolicy'],
    ['policy', statement({ Sid: 'x'.repeat(21_000) }), 400, 'MalformedPolicy'],
    [
      'website',
      '<WebsiteConfiguration><RedirectAllRequestsTo><HostName>a b</HostName></RedirectAllRequestsTo></WebsiteConfiguration>',
      400,
      'InvalidRequest',
    ],
    [
      'website',
      '<WebsiteConfiguration><RedirectAllRequestsTo><HostName>a</HostName><Protocol>ftp</Protocol></RedirectAllRequestsTo></WebsiteConfiguration>',
      400,
      'MalformedXML',
    ],
    [
      'website',
      '<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect/></RoutingRule></RoutingRules></WebsiteConfiguration>',
      400,
      'MalformedXML',
    ],
    [
      'website',
      '<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect><HttpRedirectCode>200</HttpRedirectCode></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>',
      400,
      'InvalidRequest',
    ],
    [
      'website',
      '<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>',
      400,
      'InvalidRequest',
    ],
    [
      'notification',
      '<NotificationConfiguration><QueueConfiguration><Queue>a</Queue></QueueConfiguration></NotificationConfiguration>',
      400,
      'MalformedXML',
    ],
    [
      'notification',
      '<NotificationConfiguration><QueueConfiguration><Queue>a</Queue><Event>s3:Nonsense</Event></QueueConfiguration></NotificationConfiguration>',
      400,
      'InvalidArgument',
    ],
    [
      'notification',
      '<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>',
      501,
      'NotImplemented',
    ],
    [
      'ownershipControls',
      '<OwnershipControls><Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule></OwnershipControls>',
      400,
      'MalformedXML',
    ],
    ['acl', '', 400, 'MissingSecurityHeader'],
    ['acl', '<AccessControlPolicy/>', 400, 'MalformedACLError'],
  ])('PUT ?%s %s: %s %s', async (part, body, status, code) => {
    const answer = await ask(`PUT /b?${part}`, body);
    expect([answer.status, /<Code>(\w+)/.exec(answer.body)?.[1]]).toEqual([status, code]);
  });

  test('a document beyond two MiB, and one whose Content-MD5 is another', async () => {
    const long = await ask('PUT /b?tagging', `<Tagging>${' '.repeat(2 * 1024 * 1024)}</Tagging>`);
    expect(long.body).toContain('<Code>MaxMessageLengthExceeded</Code>');
    const md5 = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    expect((await ask('PUT /b?tagging', '<Tagging><TagSet/></Tagging>', md5)).body).toContain('<Code>BadDigest</Code>');
  });
});

describe('ACLs say what visibility says', () => {
  const owner = '<ID>tester</ID><DisplayName>tester</DisplayName>';
  const everyone = 'http://acs.amazonaws.com/groups/global/AllUsers';

  test.each([
    [{ 'x-amz-acl': 'public-read' }, true],
    [{ 'x-amz-acl': 'private' }, false],
  ])('%j', async (headers, isPublic) => {
    expect((await ask('PUT /zz-3?acl', undefined, headers)).status).toBe(200);
    const { body } = await ask('GET /zz-3?acl');
    expect(body).toContain(`<Owner>${owner}</Owner>`);
    expect(body).toContain('<Permission>FULL_CONTROL</Permission>');
    expect(body.includes(everyone)).toBe(isPublic);
    expect((await ask('GET /zz-3?policyStatus')).body).toContain(`<IsPublic>${isPublic}</IsPublic>`);
    // What GET says may be put back.
    expect((await ask('PUT /zz-3?acl', body)).status).toBe(200);
    expect((await ask('GET /zz-3?acl')).body).toBe(body);
  });

  test('not where ACLs are off', async () => {
    await ask(
      'PUT /zz-3?ownershipControls',
      document('OwnershipControls', '<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>'),
    );
    const answer = await ask('PUT /zz-3?acl', undefined, { 'x-amz-acl': 'public-read' });
    expect(answer.body).toContain('<Code>AccessControlListNotSupported</Code>');
    expect((await ask('PUT /zz-3?acl', undefined, { 'x-amz-acl': 'private' })).status).toBe(200);
  });
});

describe('pages of other origins (S3 API Reference, OPTIONS object)', () => {
  const origin = 'https://a.example';
  const preflight = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'X-One' };
  const rule = cors(
    '<AllowedMethod>PUT</AllowedMethod><AllowedOrigin>https://*.example</AllowedOrigin><AllowedHeader>x-*</AllowedHeader>',
  );

  test('are let in by the rules of the bucket, as soon as they are set', async () => {
    await ask('DELETE /zz-2?cors');
    expect((await ask('OPTIONS /zz-2/k', undefined, preflight)).status).toBe(403);
    await ask('PUT /zz-2?cors', rule);
    const answer = await ask('OPTIONS /zz-2/k', undefined, preflight);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-headers')).toBe('x-one');
    const refused = await ask('PUT /zz-2?acl', '', { origin });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, origin]);
  });

  test.each([
    [{ ...preflight, origin: 'https://b.other' }, 403, 'AccessForbidden'],
    [{ ...preflight, 'access-control-request-method': 'DELETE' }, 403, 'AccessForbidden'],
    [{ ...preflight, 'access-control-request-headers': 'y' }, 403, 'AccessForbidden'],
    [{ 'access-control-request-method': 'PUT' }, 400, 'BadRequest'],
    [{ origin }, 400, 'BadRequest'],
  ] as [Record<string, string>, number, string][])('%j: %s %s', async (headers, status, code) => {
    const answer = await ask('OPTIONS /zz-2/k', undefined, headers);
    expect([answer.status, answer.body.includes(`<Code>${code}</Code>`)]).toEqual([status, true]);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('of no bucket at all are told so', async () => {
    expect((await ask('OPTIONS /nothing/k', undefined, preflight)).body).toContain('<Code>NoSuchBucket</Code>');
  });
});
