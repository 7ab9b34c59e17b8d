/** Keys of every kind, by the User Guide’s "Naming Amazon S3 objects". */
import { describe } from 'vitest';
import { type Case, conformanceCases, get, head, put, remove } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['keys'] });

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
    const target = `/keys/${encodeURIComponent(key)}`;
    return {
      section: 'User Guide, Naming Amazon S3 objects',
      name: `the key ${JSON.stringify(key.slice(0, 20))} is kept as it is`,
      steps: [
        [put(target, key), 200],
        [get(target), { status: 200, body: key }],
        [
          get(`/keys?list-type=2&encoding-type=url&prefix=${encodeURIComponent(key)}`),
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
        put(`/keys/${'x'.repeat(1025)}`),
        { status: 400, code: 'KeyTooLongError', has: ['<MaxSizeAllowed>1024</MaxSizeAllowed>'] },
      ],
      [put(`/keys/${'%C3%BC'.repeat(512)}x`), { status: 400, code: 'KeyTooLongError' }],
      [put('/keys/a%00b'), { status: 400, code: 'InvalidURI' }],
      [get('/keys/%AE%8A-'), { status: 400, code: 'InvalidURI', has: ["Couldn't parse the specified URI."] }],
    ],
  },
];

/** As `encoding-type=url` shows keys. */
function urlEncoded(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}

describe('keys', () => {
  conformanceCases(ask, [...keys]);
});
