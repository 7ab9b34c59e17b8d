/** What is set of buckets: each setting's whole life, what of it is refused, and what it does (S3 API Reference). */
import { describe } from 'vitest';
import type { RawRequest } from '../../../../test/s3/raw-request.ts';
import { anonymous, type Case, conformanceCases, get, head, put, remove, type Step } from './conformance-case.ts';
import { byOther, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/settings'));
});

const refused = (status: number, code: string) => ({ status, code });
const DENIED = refused(403, 'AccessDenied');
const MALFORMED = refused(400, 'MalformedXML');
const INVALID_ARGUMENT = refused(400, 'InvalidArgument');
const INVALID_REQUEST = refused(400, 'InvalidRequest');

interface Setting {
  section: string;
  /** The sub-resource. */
  part: string;
  document: string;
  /** What GET says of it. */
  has: string[];
  putStatus?: number;
  /** What GET says without it: a code, or an empty document. */
  absent: string | { has: string };
}

const SETTINGS: Setting[] = [
  {
    section: 'BucketCors',
    part: 'cors',
    document:
      '<CORSConfiguration><CORSRule><ID>a</ID><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*.get</AllowedOrigin><AllowedHeader>x-*</AllowedHeader><ExposeHeader>etag</ExposeHeader><MaxAgeSeconds>30</MaxAgeSeconds></CORSRule></CORSConfiguration>',
    has: [
      '<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>',
      '<AllowedOrigin>*.get</AllowedOrigin>',
      '<ExposeHeader>etag</ExposeHeader>',
      '<MaxAgeSeconds>30</MaxAgeSeconds>',
    ],
    absent: 'NoSuchCORSConfiguration',
  },
  {
    section: 'BucketTagging',
    part: 'tagging',
    document: '<Tagging><TagSet><Tag><Key>Hello</Key><Value>World</Value></Tag></TagSet></Tagging>',
    has: ['<TagSet><Tag><Key>Hello</Key><Value>World</Value></Tag></TagSet>'],
    putStatus: 204,
    absent: 'NoSuchTagSet',
  },
  {
    section: 'BucketLifecycleConfiguration',
    part: 'lifecycle',
    document:
      '<LifecycleConfiguration><Rule><ID>a</ID><Filter><Prefix>t/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>31</Days></Expiration></Rule></LifecycleConfiguration>',
    has: [
      '<ID>a</ID><Filter><Prefix>t/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>31</Days></Expiration>',
    ],
    absent: 'NoSuchLifecycleConfiguration',
  },
  {
    section: 'BucketWebsite',
    part: 'website',
    document:
      '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>error.html</Key></ErrorDocument></WebsiteConfiguration>',
    has: [
      '<IndexDocument><Suffix>index.html</Suffix></IndexDocument>',
      '<ErrorDocument><Key>error.html</Key></ErrorDocument>',
    ],
    absent: 'NoSuchWebsiteConfiguration',
  },
  {
    section: 'BucketOwnershipControls',
    part: 'ownershipControls',
    document: '<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>',
    has: ['<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>'],
    absent: 'OwnershipControlsNotFoundError',
  },
];

const B = 'set-{key}';

function lifeOf({ section, part, document, has, putStatus = 200, absent }: Setting): Case {
  const nothing: Step = [
    get(`/${B}?${part}`),
    typeof absent === 'string' ? refused(404, absent) : { status: 200, has: [absent.has] },
  ];
  return {
    section: `Get${section}, Put${section}, Delete${section}`,
    name: 'its whole life; nobody else sees or sets it',
    steps: [
      [put(`/${B}`), 200],
      nothing,
      [put(`/${B}?${part}`, document), { status: putStatus, body: '' }],
      [get(`/${B}?${part}`), { status: 200, has, headers: { 'content-type': 'application/xml' } }],
      [byOther(get(`/${B}?${part}`)), DENIED],
      [byOther(put(`/${B}?${part}`, document)), DENIED],
      [byOther(remove(`/${B}?${part}`)), DENIED],
      [anonymous(get(`/${B}?${part}`)), DENIED],
      [remove(`/${B}?${part}`), { status: 204, body: '' }],
      nothing,
      [remove(`/${B}?${part}`), 204],
    ],
  };
}

/** A document that PutBucket… refuses. */
const wrong = (part: string, document: string): RawRequest => put(`/settings?${part}`, document);

const corsRule = (inside: string) =>
  wrong('cors', `<CORSConfiguration><CORSRule>${inside}</CORSRule></CORSConfiguration>`);
const rule = (inside: string) => `<Rule>${inside}</Rule>`;
const lifecycle = (...rules: string[]) => `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`;
const DAYS = '<Expiration><Days>1</Days></Expiration>';
const ENABLED = '<Status>Enabled</Status>';
const expiring = (expiration: string, filter = '<Prefix>a</Prefix>') =>
  lifecycle(rule(`<ID>a</ID>${filter}${ENABLED}<Expiration>${expiration}</Expiration>`));
const tag = (key: string, value = 'v') => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;
const tagging = (...tags: string[]) => `<Tagging><TagSet>${tags.join('')}</TagSet></Tagging>`;

const refusals: Case[] = [
  ...SETTINGS.flatMap(({ section, part, document }) =>
    rows(`Put${section}`, [
      ['nothing', put(`/settings?${part}`), refused(400, 'MissingRequestBodyError')],
      ['no XML', wrong(part, 'no'), MALFORMED],
      ['another root', wrong(part, '<Odd/>'), MALFORMED],
      [
        'another digest than it has',
        put(`/settings?${part}`, document, { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
        refused(400, 'BadDigest'),
      ],
      ['of no bucket', put(`/not-there?${part}`, document), refused(404, 'NoSuchBucket')],
    ]),
  ),
  ...rows('PutBucketCors', [
    ['no rule', wrong('cors', '<CORSConfiguration/>'), MALFORMED],
    ['no method', corsRule('<AllowedOrigin>*</AllowedOrigin>'), MALFORMED],
    ['no origin', corsRule('<AllowedMethod>GET</AllowedMethod>'), MALFORMED],
    [
      'an unknown method',
      corsRule('<AllowedMethod>PATCH</AllowedMethod><AllowedOrigin>*</AllowedOrigin>'),
      INVALID_REQUEST,
    ],
    [
      'two wildcards',
      corsRule('<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*.*</AllowedOrigin>'),
      INVALID_REQUEST,
    ],
    [
      'an exposed wildcard',
      corsRule('<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><ExposeHeader>*</ExposeHeader>'),
      INVALID_REQUEST,
    ],
  ]),
  ...rows('PutBucketTagging', [
    ['the same key twice', wrong('tagging', tagging(tag('a'), tag('a'))), refused(400, 'InvalidTag')],
    ['a key too long', wrong('tagging', tagging(tag('k'.repeat(129)))), refused(400, 'InvalidTag')],
    ['a value too long', wrong('tagging', tagging(tag('k', 'v'.repeat(257)))), refused(400, 'InvalidTag')],
    ['an empty key', wrong('tagging', tagging(tag(''))), refused(400, 'InvalidTag')],
    ['a key of AWS’s own', wrong('tagging', tagging(tag('aws:a'))), refused(400, 'InvalidTag')],
    [
      '51 tags',
      wrong('tagging', tagging(...Array.from({ length: 51 }, (_, index) => tag(`k${index}`)))),
      refused(400, 'InvalidTag'),
    ],
  ]),
  ...rows('PutBucketLifecycleConfiguration', [
    ['no rule', wrong('lifecycle', lifecycle()), MALFORMED],
    [
      'an ID too long',
      wrong('lifecycle', lifecycle(rule(`<ID>${'a'.repeat(256)}</ID><Prefix>a</Prefix>${ENABLED}${DAYS}`))),
      INVALID_ARGUMENT,
    ],
    [
      'the same ID twice',
      wrong(
        'lifecycle',
        lifecycle(...['a', 'b'].map((prefix) => rule(`<ID>same</ID><Prefix>${prefix}</Prefix>${ENABLED}${DAYS}`))),
      ),
      INVALID_ARGUMENT,
    ],
    ...['enabled', 'disabled', 'invalid'].map(
      (status) =>
        [
          `the status ${status}`,
          wrong('lifecycle', lifecycle(rule(`<ID>a</ID><Prefix>a</Prefix><Status>${status}</Status>${DAYS}`))),
          MALFORMED,
        ] as const,
    ),
    ['no status', wrong('lifecycle', lifecycle(rule(`<ID>a</ID><Prefix>a</Prefix>${DAYS}`))), MALFORMED],
    ['zero days', wrong('lifecycle', expiring('<Days>0</Days>')), INVALID_ARGUMENT],
    ['fewer than zero days', wrong('lifecycle', expiring('<Days>-1</Days>')), INVALID_ARGUMENT],
    ['a date that is none', wrong('lifecycle', expiring('<Date>20200101</Date>')), MALFORMED],
    [
      'a date that is not midnight',
      wrong('lifecycle', expiring('<Date>2030-01-01T01:00:00Z</Date>')),
      INVALID_ARGUMENT,
    ],
    ['days and a date', wrong('lifecycle', expiring('<Days>1</Days><Date>2030-01-01T00:00:00Z</Date>')), MALFORMED],
    [
      'days and delete markers',
      wrong('lifecycle', expiring('<Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>')),
      MALFORMED,
    ],
    [
      'both prefix and filter',
      wrong('lifecycle', expiring('<Days>1</Days>', '<Prefix>a</Prefix><Filter><Prefix>a</Prefix></Filter>')),
      MALFORMED,
    ],
    ['neither prefix nor filter', wrong('lifecycle', expiring('<Days>1</Days>', '')), MALFORMED],
    [
      'two conditions without And',
      wrong('lifecycle', expiring('<Days>1</Days>', `<Filter><Prefix>a</Prefix>${tag('a')}</Filter>`)),
      MALFORMED,
    ],
    ['nothing to do', wrong('lifecycle', lifecycle(rule(`<Prefix>a</Prefix>${ENABLED}`))), INVALID_REQUEST],
    [
      'a transition',
      wrong(
        'lifecycle',
        lifecycle(
          rule(
            `<Prefix>a</Prefix>${ENABLED}<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>`,
          ),
        ),
      ),
      refused(501, 'NotImplemented'),
    ],
  ]),
  ...rows('PutBucketWebsite', [
    ['neither index nor redirect', wrong('website', '<WebsiteConfiguration/>'), INVALID_ARGUMENT],
    [
      'an index with a slash',
      wrong(
        'website',
        '<WebsiteConfiguration><IndexDocument><Suffix>a/b</Suffix></IndexDocument></WebsiteConfiguration>',
      ),
      INVALID_ARGUMENT,
    ],
    [
      'a redirect of all, and an index',
      wrong(
        'website',
        '<WebsiteConfiguration><IndexDocument><Suffix>a</Suffix></IndexDocument><RedirectAllRequestsTo><HostName>a</HostName></RedirectAllRequestsTo></WebsiteConfiguration>',
      ),
      INVALID_REQUEST,
    ],
  ]),
  ...rows('PutBucketOwnershipControls', [
    [
      'an unknown ownership',
      wrong(
        'ownershipControls',
        '<OwnershipControls><Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule></OwnershipControls>',
      ),
      MALFORMED,
    ],
  ]),
  ...rows('PutBucketVersioning', [
    [
      'an unknown state',
      wrong('versioning', '<VersioningConfiguration><Status>On</Status></VersioningConfiguration>'),
      MALFORMED,
    ],
    [
      'no state',
      wrong('versioning', '<VersioningConfiguration/>'),
      refused(400, 'IllegalVersioningConfigurationException'),
    ],
  ]),
  ...rows('PutBucketNotificationConfiguration', [
    [
      'an unknown event',
      wrong(
        'notification',
        '<NotificationConfiguration><QueueConfiguration><Queue>arn:bramble:sqs::a:webhook</Queue><Event>s3:Odd</Event></QueueConfiguration></NotificationConfiguration>',
      ),
      INVALID_ARGUMENT,
    ],
    [
      'a target that there is not',
      wrong(
        'notification',
        '<NotificationConfiguration><QueueConfiguration><Queue>arn:bramble:sqs::a:webhook</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>',
      ),
      INVALID_ARGUMENT,
    ],
    [
      'no event',
      wrong(
        'notification',
        '<NotificationConfiguration><TopicConfiguration><Topic>a</Topic></TopicConfiguration></NotificationConfiguration>',
      ),
      MALFORMED,
    ],
  ]),
];

const accepted: Case[] = [
  ...[
    ['a prefix of the old form', expiring('<Days>2</Days>'), '<Prefix>a</Prefix><Status>'],
    ['an empty filter', expiring('<Days>2</Days>', '<Filter/>'), '<Filter><Prefix/></Filter>'],
    ['a tag', expiring('<Days>2</Days>', `<Filter>${tag('a')}</Filter>`), `<Filter>${tag('a')}</Filter>`],
    [
      'a prefix and tags',
      expiring('<Days>2</Days>', `<Filter><And><Prefix>p</Prefix>${tag('a')}${tag('b')}</And></Filter>`),
      `<And><Prefix>p</Prefix>${tag('a')}${tag('b')}</And>`,
    ],
    [
      'a size',
      expiring('<Days>2</Days>', '<Filter><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></Filter>'),
      '<ObjectSizeGreaterThan>500<',
    ],
    ['a day', expiring('<Date>2030-01-01</Date>'), '<Date>2030-01-01T00:00:00.000Z</Date>'],
    [
      'delete markers',
      expiring('<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>'),
      '<ExpiredObjectDeleteMarker>true<',
    ],
    [
      'noncurrent versions',
      lifecycle(
        rule(
          `<Prefix/>${ENABLED}<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>`,
        ),
      ),
      '<NoncurrentDays>2<',
    ],
    [
      'uploads that nobody ends',
      lifecycle(
        rule(
          `<Prefix/>${ENABLED}<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload>`,
        ),
      ),
      '<DaysAfterInitiation>2<',
    ],
    ['a rule without an ID is given one', lifecycle(rule(`<Prefix>a</Prefix>${ENABLED}${DAYS}`)), '<Rule><ID>'],
    [
      'a rule that is not in force',
      lifecycle(rule(`<Prefix>a</Prefix><Status>Disabled</Status>${DAYS}`)),
      '<Status>Disabled</Status>',
    ],
  ].map(
    ([name = '', document = '', has = '']): Case => ({
      section: 'PutBucketLifecycleConfiguration',
      name,
      steps: [
        [put(`/${B}`), 200],
        [put(`/${B}?lifecycle`, document), 200],
        [get(`/${B}?lifecycle`), { status: 200, has: [has] }],
      ],
    }),
  ),
  {
    section: 'GetBucketVersioning, PutBucketVersioning',
    name: 'never kept, kept, suspended',
    steps: [
      [put(`/${B}`), 200],
      [get(`/${B}?versioning`), { status: 200, hasNot: ['<Status>'] }],
      ...['Enabled', 'Suspended', 'Enabled'].flatMap((status): Step[] => [
        [put(`/${B}?versioning`, `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`), 200],
        [get(`/${B}?versioning`), { status: 200, has: [`<Status>${status}</Status>`] }],
      ]),
    ],
  },
  {
    section: 'PutBucketNotificationConfiguration',
    name: 'an empty one is none',
    steps: [
      [put(`/${B}`), 200],
      [put(`/${B}?notification`, '<NotificationConfiguration/>'), 200],
      [
        get(`/${B}?notification`),
        { status: 200, has: ['<NotificationConfiguration'], hasNot: ['<QueueConfiguration>'] },
      ],
    ],
  },
];

describe('settings', () => {
  conformanceCases(ask, [...SETTINGS.map(lifeOf), ...refusals, ...accepted, ...corsCases(), ...websiteCases()]);
});

/** What pages of other origins are answered (User Guide, "Using cross-origin resource sharing"). */
function corsCases(): Case[] {
  const corsOf = (...rules: string[]) =>
    `<CORSConfiguration>${rules.map((inside) => `<CORSRule>${inside}</CORSRule>`).join('')}</CORSConfiguration>`;
  const allow = (method: string, origin: string, more = '') =>
    `<AllowedMethod>${method}</AllowedMethod><AllowedOrigin>${origin}</AllowedOrigin>${more}`;
  const document = corsOf(
    allow('GET', '*suffix'),
    allow('GET', 'start*end'),
    allow('GET', 'prefix*'),
    allow('PUT', '*.put'),
  );
  const withRules = (name: string, rules: string, ...steps: Step[]): Case => ({
    section: 'User Guide, Using cross-origin resource sharing (CORS)',
    name,
    steps: [[put(`/${B}`, '', { 'x-amz-acl': 'public-read' }), 200], [put(`/${B}?cors`, rules), 200], ...steps],
  });
  const answered = (request: RawRequest, status: number, origin?: string, methods?: string): Step => [
    anonymous(request),
    {
      status,
      ...(status >= 400 && { code: { 400: 'BadRequest', 403: 'AccessForbidden', 404: 'NoSuchKey' }[status] ?? '' }),
      headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': methods },
    },
  ];
  const from = (origin: string, more = {}) => get(`/${B}`, { origin, ...more });
  const preflight = (headers: Record<string, string>, path = ''): RawRequest => ({
    method: 'OPTIONS',
    target: `/${B}${path}`,
    headers,
  });
  const asking = (origin: string, method: string, more = {}) => ({
    origin,
    'access-control-request-method': method,
    ...more,
  });
  return [
    withRules(
      'answers say to whom they may be shown',
      document,
      answered(get(`/${B}`), 200),
      ...['foo.suffix', 'start1end', 'startend', 'prefix', 'prefix.suffix'].map((origin) =>
        answered(from(origin), 200, origin, 'GET'),
      ),
      ...['foo.bar', 'foo.suffix.get', 'start1end1', 'bla.prefix'].map((origin) => answered(from(origin), 200)),
    ),
    withRules(
      'refusals, too',
      document,
      answered(get(`/${B}/nothing`, { origin: 'foo.suffix' }), 404, 'foo.suffix', 'GET'),
      [
        anonymous(put(`/${B}/k`, 'x', { origin: 'a.put' })),
        { ...DENIED, headers: { 'access-control-allow-origin': 'a.put' } },
      ],
    ),
    withRules(
      'a preflight is answered by rules',
      document,
      answered(preflight(asking('foo.suffix', 'GET')), 200, 'foo.suffix', 'GET'),
      answered(preflight(asking('foo.put', 'PUT'), '/k'), 200, 'foo.put', 'PUT'),
      answered(preflight(asking('foo.put', 'GET')), 403),
      answered(preflight(asking('foo.bar', 'GET')), 403),
    ),
    withRules(
      'a preflight without origin or method',
      document,
      answered(preflight({}), 400),
      answered(preflight({ origin: 'foo.suffix' }), 400),
    ),
    withRules(
      'an origin for all',
      corsOf(allow('GET', '*')),
      answered(from('any.example'), 200, '*', 'GET'),
      answered(get(`/${B}`), 200),
    ),
    withRules(
      'headers that are asked for',
      corsOf(
        allow(
          'GET',
          '*',
          '<AllowedHeader>x-amz-meta-a*</AllowedHeader><ExposeHeader>x-amz-meta-b</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds>',
        ),
      ),
      [
        anonymous(preflight(asking('a.example', 'GET', { 'access-control-request-headers': 'x-amz-meta-A1' }))),
        {
          status: 200,
          headers: {
            'access-control-allow-headers': 'x-amz-meta-a1',
            'access-control-expose-headers': 'x-amz-meta-b',
            'access-control-max-age': '60',
            vary: /Origin/,
          },
        },
      ],
      answered(preflight(asking('a.example', 'GET', { 'access-control-request-headers': 'x-amz-meta-c' })), 403),
    ),
    withRules(
      'no rules any more',
      document,
      [remove(`/${B}?cors`), 204],
      answered(preflight(asking('foo.suffix', 'GET')), 403),
      answered(from('foo.suffix'), 200),
    ),
  ];
}

/** What visitors of a website see (User Guide, "Hosting a static website"). */
function websiteCases(): Case[] {
  const site = (document: string, ...steps: Step[]): Step[] => [
    [put(`/${B}`, '', { 'x-amz-acl': 'public-read' }), 200],
    [put(`/${B}/index.html`, 'home', { 'content-type': 'text/html' }), 200],
    [put(`/${B}/docs/index.html`, 'docs', { 'content-type': 'text/html' }), 200],
    [put(`/${B}/error.html`, 'sorry', { 'content-type': 'text/html' }), 200],
    [put(`/${B}?website`, `<WebsiteConfiguration>${document}</WebsiteConfiguration>`), 200],
    ...steps,
  ];
  const INDEX = '<IndexDocument><Suffix>index.html</Suffix></IndexDocument>';
  const visit = (path: string, host = `${B}.s3-website.localhost`): RawRequest => anonymous(get(path, { host }));
  const HTML = { 'content-type': 'text/html' };
  return [
    {
      section: 'User Guide, Configuring an index document',
      name: 'of the site, and of its folders',
      steps: site(
        INDEX,
        [visit('/'), { status: 200, body: 'home', headers: HTML }],
        [visit('/docs/'), { status: 200, body: 'docs' }],
        [visit('/docs'), { status: 302, headers: { location: /\/docs\/$/ } }],
        [
          { ...visit('/'), method: 'HEAD' },
          { status: 200, body: '' },
        ],
        [
          { ...visit('/'), method: 'POST' },
          { status: 405, headers: { 'x-amz-error-code': 'MethodNotAllowed' } },
        ],
      ),
    },
    {
      section: 'User Guide, Configuring a custom error document',
      name: 'with the status of the error',
      steps: site(`${INDEX}<ErrorDocument><Key>error.html</Key></ErrorDocument>`, [
        visit('/nothing'),
        { status: 404, body: 'sorry', headers: HTML },
      ]),
    },
    {
      section: 'User Guide, Configuring a custom error document',
      name: 'without one, a page that names the code',
      steps: site(INDEX, [
        visit('/nothing'),
        {
          status: 404,
          has: ['<html>', 'Code: NoSuchKey'],
          headers: { 'x-amz-error-code': 'NoSuchKey', 'content-type': /^text\/html/ },
        },
      ]),
    },
    {
      section: 'PutBucketWebsite, RedirectAllRequestsTo',
      name: 'path and query are kept',
      steps: site(
        '<RedirectAllRequestsTo><HostName>other.example</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>',
        [visit('/a%20b?c=d'), { status: 301, headers: { location: 'https://other.example/a%20b?c=d' } }],
      ),
    },
    {
      section: 'PutBucketWebsite, RoutingRule',
      name: 'by prefix, and by what went wrong',
      steps: site(
        `${INDEX}<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith><HttpRedirectCode>302</HttpRedirectCode></Redirect></RoutingRule><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>lost.example</HostName><ReplaceKeyWith>found</ReplaceKeyWith></Redirect></RoutingRule></RoutingRules>`,
        [visit('/old/a'), { status: 302, headers: { location: /\/new\/a$/ } }],
        [visit('/nothing'), { status: 301, headers: { location: 'https://lost.example/found' } }],
      ),
    },
    {
      section: 'PutObject, x-amz-website-redirect-location',
      name: 'moves visitors of the site, and is a header elsewhere',
      steps: site(
        INDEX,
        [put(`/${B}/moved`, '', { 'x-amz-website-redirect-location': '/docs/' }), 200],
        [visit('/moved'), { status: 301, headers: { location: '/docs/' } }],
        [head(`/${B}/moved`), { status: 200, headers: { 'x-amz-website-redirect-location': '/docs/' } }],
        [
          put(`/${B}/moved`, '', { 'x-amz-website-redirect-location': 'docs' }),
          refused(400, 'InvalidRedirectLocation'),
        ],
      ),
    },
    {
      section: 'User Guide, Website endpoints',
      name: 'a private bucket shows nothing, one without a site says so',
      steps: [
        [put(`/${B}`), 200],
        [visit('/'), { status: 404, headers: { 'x-amz-error-code': 'NoSuchWebsiteConfiguration' } }],
        [put(`/${B}?website`, `<WebsiteConfiguration>${INDEX}</WebsiteConfiguration>`), 200],
        [put(`/${B}/index.html`, 'home'), 200],
        [visit('/'), { status: 403, headers: { 'x-amz-error-code': 'AccessDenied' } }],
        [
          visit('/', 'nowhere-at-all.s3-website.localhost'),
          { status: 404, headers: { 'x-amz-error-code': 'NoSuchBucket' } },
        ],
      ],
    },
  ];
}
