/** Lifecycle rules: what is kept of them, and what is refused (PutBucketLifecycleConfiguration). */
import { describe } from 'vitest';
import { type Case, conformanceCases, get, put } from './conformance-case.ts';
import { refused, rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/lifecycles'));
});

const B = 'cycle-{key}';
const MALFORMED = refused(400, 'MalformedXML');
const INVALID_ARGUMENT = refused(400, 'InvalidArgument');
const INVALID_REQUEST = refused(400, 'InvalidRequest');
const wrong = (part: string, document: string) => put(`/lifecycles?${part}`, document);

const rule = (inside: string) => `<Rule>${inside}</Rule>`;
const lifecycle = (...rules: string[]) => `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`;
const DAYS = '<Expiration><Days>1</Days></Expiration>';
const ENABLED = '<Status>Enabled</Status>';
const expiring = (expiration: string, filter = '<Prefix>a</Prefix>') =>
  lifecycle(rule(`<ID>a</ID>${filter}${ENABLED}<Expiration>${expiration}</Expiration>`));
const tag = (key: string, value = 'v') => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;

const cases: Case[] = [
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
];

describe('lifecycles', () => {
  conformanceCases(ask, cases);
});
