/** What is set of buckets: each setting's whole life, and what of it is refused (S3 API Reference). */
import { describe } from 'vitest';
import type { RawRequest } from '../../../../test/s3/raw-request.ts';
import { anonymous, type Case, conformanceCases, get, put, remove, type Step } from './conformance-case.ts';
import { byOther, DENIED, refused, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/settings'));
});

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
  conformanceCases(ask, [...SETTINGS.map(lifeOf), ...refusals, ...accepted]);
});
