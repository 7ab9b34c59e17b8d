/** ListObjects and ListObjectsV2, by what the S3 API Reference says of them. */
import { describe } from 'vitest';
import { anonymous, type Case, conformanceCases, get, put, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['lists', 'lists-empty'] });

/** Cases share a bucket: each lists what lies behind a prefix of its own. */
const stored = (...keys: string[]): Step[] => keys.map((key) => [put(`/lists/{key}~${encodeURIComponent(key)}`), 200]);
const PREFIX = '{key}~';
const both = ['ListObjects', 'ListObjectsV2'] as const;
const target = (operation: string, ...pairs: string[]) =>
  `/lists?${[...(operation === 'ListObjectsV2' ? ['list-type=2'] : []), ...pairs].join('&')}`;
const listing = (operation: string, ...pairs: string[]) => get(target(operation, `prefix=${PREFIX}`, ...pairs));
const keyOf = (key: string) => `<Key>${PREFIX}${key}</Key>`;
const prefixOf = (prefix: string) => `<CommonPrefixes><Prefix>${PREFIX}${prefix}</Prefix></CommonPrefixes>`;
const INVALID = { status: 400, code: 'InvalidArgument' };
const TRUE = '<IsTruncated>true</IsTruncated>';
const FALSE = '<IsTruncated>false</IsTruncated>';

interface Grouped {
  name: string;
  keys: string[];
  delimiter: string;
  shown: string;
  keysLeft: string[];
  prefixes: string[];
}

const grouped: Grouped[] = [
  {
    name: 'a slash',
    keys: ['asdf', 'foo/bar', 'foo/bar/x', 'quux/t'],
    delimiter: '/',
    shown: '/',
    keysLeft: ['asdf'],
    prefixes: ['foo/', 'quux/'],
  },
  {
    name: 'a letter',
    keys: ['bar', 'baz', 'cab', 'foo'],
    delimiter: 'a',
    shown: 'a',
    keysLeft: ['foo'],
    prefixes: ['ba', 'ca'],
  },
  {
    name: 'a space',
    keys: ['b ar', 'b az', 'c ab', 'foo'],
    delimiter: ' ',
    shown: ' ',
    keysLeft: ['foo'],
    prefixes: ['b ', 'c '],
  },
  {
    name: 'a percent sign',
    keys: ['b%ar', 'b%az', 'c%ab', 'foo'],
    delimiter: '%',
    shown: '%',
    keysLeft: ['foo'],
    prefixes: ['b%', 'c%'],
  },
  {
    name: 'a dot',
    keys: ['b.ar', 'b.az', 'c.ab', 'foo'],
    delimiter: '.',
    shown: '.',
    keysLeft: ['foo'],
    prefixes: ['b.', 'c.'],
  },
  {
    name: 'a line feed',
    keys: ['b\nar', 'b\naz', 'foo'],
    delimiter: '\n',
    shown: '\n',
    keysLeft: ['foo'],
    prefixes: ['b\n'],
  },
  {
    name: 'several characters',
    keys: ['a--b', 'a--c', 'a-d'],
    delimiter: '--',
    shown: '--',
    keysLeft: ['a-d'],
    prefixes: ['a--'],
  },
  { name: 'beyond ASCII', keys: ['aüb', 'aüc', 'ad'], delimiter: 'ü', shown: 'ü', keysLeft: ['ad'], prefixes: ['aü'] },
  {
    name: 'of markup',
    keys: ['a&b', 'a&c', 'ad'],
    delimiter: '&',
    shown: '&amp;',
    keysLeft: ['ad'],
    prefixes: ['a&amp;'],
  },
  { name: 'that no key has', keys: ['bar', 'baz'], delimiter: '|', shown: '|', keysLeft: ['bar', 'baz'], prefixes: [] },
];

const delimiters: Case[] = both.flatMap((operation) =>
  grouped.map(
    ({ name, keys, delimiter, shown, keysLeft, prefixes }): Case => ({
      section: `${operation}, delimiter`,
      name: `groups by ${name}`,
      steps: [
        ...stored(...keys),
        [
          listing(operation, `delimiter=${encodeURIComponent(delimiter)}`),
          {
            status: 200,
            has: [`<Delimiter>${shown}</Delimiter>`, FALSE, ...keysLeft.map(keyOf), ...prefixes.map(prefixOf)],
            hasNot: keys.filter((key) => !keysLeft.includes(key)).map(keyOf),
          },
        ],
      ],
    }),
  ),
);

const parameters: Case[] = both.flatMap((operation): Case[] => [
  {
    section: `${operation}, delimiter`,
    name: 'an empty one is none, and is not said',
    steps: [
      ...stored('a/b'),
      [
        listing(operation, 'delimiter='),
        { status: 200, has: [keyOf('a/b')], hasNot: ['<Delimiter', '<CommonPrefixes'] },
      ],
    ],
  },
  {
    section: `${operation}, delimiter`,
    name: 'a key that ends with the delimiter behind the prefix is a key',
    steps: [
      ...stored('folder/'),
      [
        get(target(operation, `prefix=${PREFIX}folder/&delimiter=/&max-keys=1000`)),
        { status: 200, has: [keyOf('folder/'), FALSE], hasNot: ['<CommonPrefixes', '<NextMarker'] },
      ],
    ],
  },
  {
    section: `${operation}, prefix`,
    name: 'that no key has',
    steps: [
      [
        get(target(operation, 'prefix=nothing-has-this')),
        { status: 200, has: ['<Prefix>nothing-has-this</Prefix>', FALSE], hasNot: ['<Contents>', '<CommonPrefixes>'] },
      ],
    ],
  },
  {
    section: `${operation}, prefix`,
    name: 'that cannot be printed',
    steps: [
      [get(target(operation, 'prefix=%0A')), { status: 200, has: ['<Prefix>\n</Prefix>'], hasNot: ['<Contents>'] }],
    ],
  },
  {
    section: `${operation}, prefix`,
    name: 'and delimiter: what follows the prefix is grouped',
    steps: [
      ...stored('foo/bar', 'foo/baz/xyzzy', 'quux/thud'),
      [
        get(target(operation, `prefix=${PREFIX}foo/&delimiter=/`)),
        { status: 200, has: [keyOf('foo/bar'), prefixOf('foo/baz/')], hasNot: ['quux', 'xyzzy'] },
      ],
    ],
  },
  {
    section: `${operation}, max-keys`,
    name: 'one of two; the rest is behind',
    steps: [
      ...stored('a', 'b'),
      [
        listing(operation, 'max-keys=1'),
        { status: 200, has: [keyOf('a'), '<MaxKeys>1</MaxKeys>', TRUE], hasNot: [keyOf('b')] },
      ],
      [listing(operation, 'max-keys=2'), { status: 200, has: [keyOf('a'), keyOf('b'), FALSE] }],
    ],
  },
  {
    section: `${operation}, max-keys`,
    name: 'none, which is never cut',
    steps: [
      ...stored('a'),
      [listing(operation, 'max-keys=0'), { status: 200, has: ['<MaxKeys>0</MaxKeys>', FALSE], hasNot: ['<Contents>'] }],
    ],
  },
  ...['blah', '-1', '', '1.5', '2147483648', '99999999999999999999'].map(
    (text): Case => ({
      section: `${operation}, max-keys`,
      name: `${JSON.stringify(text)} is refused`,
      steps: [[listing(operation, `max-keys=${text}`), { ...INVALID, has: ['<ArgumentName>max-keys</ArgumentName>'] }]],
    }),
  ),
  {
    section: `${operation}, max-keys`,
    name: 'more than a thousand is a thousand',
    steps: [[listing(operation, 'max-keys=2147483647'), { status: 200, has: ['<MaxKeys>1000</MaxKeys>'] }]],
  },
  {
    section: `${operation}, encoding-type`,
    name: 'url encodes keys and prefixes but for their slashes',
    steps: [
      ...stored('asdf+b', 'foo+1/bar', 'quux ab/thud', 'ü', '(1)*'),
      [
        listing(operation, 'encoding-type=url&delimiter=%2F'),
        {
          status: 200,
          has: [
            '<EncodingType>url</EncodingType>',
            '<Delimiter>/</Delimiter>',
            '~asdf%2Bb</Key>',
            '~foo%2B1/</Prefix></CommonPrefixes>',
            '~quux%20ab/</Prefix></CommonPrefixes>',
            '~%C3%BC</Key>',
          ],
        },
      ],
    ],
  },
  {
    section: `${operation}, encoding-type`,
    name: 'what is none is refused',
    steps: [
      [listing(operation, 'encoding-type=hex'), { ...INVALID, has: ['<ArgumentName>encoding-type</ArgumentName>'] }],
    ],
  },
  {
    section: `${operation}, Contents`,
    name: 'what is said of an object',
    steps: [
      [put('/lists/{key}~x', 'bar'), 200],
      [
        listing(operation),
        {
          status: 200,
          has: [
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            '<ETag>&quot;37b51d194a7513e45b56f6524f2d51f2&quot;</ETag>',
            '<Size>3</Size>',
            '<StorageClass>STANDARD</StorageClass>',
          ],
        },
      ],
    ],
  },
  {
    section: `${operation}, Contents`,
    name: 'keys come by their UTF-8 bytes',
    steps: [
      ...stored('\u{1f600}', '\uffee', 'b', 'B', 'a/', 'a'),
      [
        get(target(operation, `prefix=${PREFIX}&encoding-type=url`)),
        { status: 200, has: [/~B<.*~a<.*~a\/<.*~b<.*~%EF%BF%AE<.*~%F0%9F%98%80</s] },
      ],
    ],
  },
  {
    section: `${operation}, Bucket`,
    name: 'an empty one, one that is not there, one that is private',
    steps: [
      [get(target(operation).replace('/lists', '/lists-empty')), { status: 200, has: [FALSE], hasNot: ['<Contents>'] }],
      [
        get(target(operation).replace('/lists', '/no-such-bucket')),
        { status: 404, code: 'NoSuchBucket', has: ['<BucketName>no-such-bucket</BucketName>'] },
      ],
      [anonymous(get(target(operation))), { status: 403, code: 'AccessDenied' }],
    ],
  },
]);

const markers: Case[] = [
  {
    section: 'ListObjects, encoding-type',
    name: 'the prefix reads the same to clients that decode it and to those that do not',
    steps: [
      [get('/lists?encoding-type=url&prefix=a%20b%2Bc%25%0A'), { status: 200, has: ['<Prefix>a b%2Bc%25\n</Prefix>'] }],
      [get('/lists?prefix=a%20b%2Bc%25'), { status: 200, has: ['<Prefix>a b+c%</Prefix>'] }],
    ],
  },
  ...(
    [
      ['', ['a', 'b']],
      ['{key}~a', ['b']],
      ['{key}~aa', ['b']],
      ['{key}~zzz', []],
      ['%0A', ['a', 'b']],
    ] as const
  ).flatMap(([marker, left]): Case[] =>
    (
      [
        ['ListObjects', 'marker', 'Marker'],
        ['ListObjectsV2', 'start-after', 'StartAfter'],
      ] as const
    ).map(([operation, parameter, element]) => ({
      section: `${operation}, ${parameter}`,
      name: `behind ${JSON.stringify(marker)}`,
      steps: [
        ...stored('a', 'b'),
        [
          listing(operation, `${parameter}=${marker}`),
          {
            status: 200,
            has: [
              marker === '' ? `<${element}/>` : `<${element}>${decodeURIComponent(marker)}</${element}>`,
              FALSE,
              ...left.map(keyOf),
            ],
            hasNot: ['a', 'b'].filter((key) => !(left as readonly string[]).includes(key)).map(keyOf),
          },
        ],
      ],
    })),
  ),
  {
    section: 'ListObjects, NextMarker',
    name: 'goes through keys and common prefixes in turn',
    steps: [
      ...stored('asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/bla', 'cquux/thud'),
      [
        listing('ListObjects', 'delimiter=/&max-keys=1'),
        { status: 200, has: [keyOf('asdf'), TRUE, '<NextMarker>{key}~asdf</NextMarker>'] },
      ],
      [
        listing('ListObjects', 'delimiter=/&max-keys=1&marker={key}~asdf'),
        { status: 200, has: [prefixOf('boo/'), TRUE, '<NextMarker>{key}~boo/</NextMarker>'], hasNot: ['<Contents>'] },
      ],
      [
        listing('ListObjects', 'delimiter=/&max-keys=1&marker={key}~boo/'),
        { status: 200, has: [prefixOf('cquux/'), FALSE], hasNot: ['<NextMarker', 'boo/bar'] },
      ],
    ],
  },
  {
    section: 'ListObjects, NextMarker',
    name: 'is said with a delimiter only',
    steps: [
      ...stored('a', 'b'),
      [listing('ListObjects', 'max-keys=1'), { status: 200, has: [TRUE], hasNot: ['<NextMarker'] }],
    ],
  },
  {
    section: 'ListObjects, Owner',
    name: 'is said of each',
    steps: [...stored('a'), [listing('ListObjects'), { status: 200, has: ['<Owner><ID>', '<DisplayName>'] }]],
  },
];

const tokens: Case[] = [
  {
    section: 'ListObjectsV2, continuation-token',
    name: 'goes on behind the page that gave it',
    steps: [
      ...stored('a', 'b/1', 'b/2', 'c'),
      [
        listing('ListObjectsV2', 'max-keys=2&delimiter=/'),
        { status: 200, has: ['<KeyCount>2</KeyCount>', TRUE, keyOf('a'), prefixOf('b/')] },
        { token: /<NextContinuationToken>([^<]*)/ },
      ],
      [
        listing('ListObjectsV2', 'max-keys=2&delimiter=/&continuation-token={token}'),
        {
          status: 200,
          has: ['<ContinuationToken>{token}</ContinuationToken>', '<KeyCount>1</KeyCount>', FALSE, keyOf('c')],
          hasNot: ['<NextContinuationToken', prefixOf('b/')],
        },
      ],
    ],
  },
  {
    section: 'ListObjectsV2, continuation-token',
    name: 'outweighs start-after, and both are said back',
    steps: [
      ...stored('bar', 'baz', 'foo'),
      [listing('ListObjectsV2', 'start-after={key}~bar&max-keys=1'), 200, { token: /<NextContinuationToken>([^<]*)/ }],
      [
        listing('ListObjectsV2', 'start-after={key}~bar&continuation-token={token}'),
        { status: 200, has: ['<StartAfter>{key}~bar</StartAfter>', keyOf('foo')], hasNot: [keyOf('baz')] },
      ],
    ],
  },
  {
    section: 'ListObjectsV2, continuation-token',
    name: 'an empty one is said back and is none',
    steps: [
      ...stored('a'),
      [listing('ListObjectsV2', 'continuation-token='), { status: 200, has: ['<ContinuationToken/>', keyOf('a')] }],
    ],
  },
  {
    section: 'ListObjectsV2, continuation-token',
    name: 'one that was made up is refused',
    steps: [[listing('ListObjectsV2', 'continuation-token=abc'), INVALID]],
  },
  {
    section: 'ListObjectsV2, fetch-owner',
    name: 'owners are said only to who asks',
    steps: [
      ...stored('a'),
      [listing('ListObjectsV2', 'fetch-owner=true'), { status: 200, has: ['<Owner><ID>'] }],
      [listing('ListObjectsV2', 'fetch-owner=false'), { status: 200, hasNot: ['<Owner>'] }],
      [listing('ListObjectsV2'), { status: 200, hasNot: ['<Owner>'] }],
    ],
  },
  {
    section: 'ListObjectsV2, list-type',
    name: 'there is no other',
    steps: [[get('/lists?list-type=1'), INVALID]],
  },
];

describe('listings of objects', () => {
  conformanceCases(ask, [...delimiters, ...parameters, ...markers, ...tokens]);
});
