/** Ranges, parts and conditions of GetObject and HeadObject, by what the S3 API Reference says of them. */
import { createHash } from 'node:crypto';
import { describe } from 'vitest';
import { type Case, conformanceCases, get, head, put, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['reads'] });

const AT = '/reads/{key}';

const BODY = 'testcontent';

const MD5 = createHash('md5').update(BODY).digest();

const ETAG = `"${MD5.toString('hex')}"`;

const PAST = 'Sat, 29 Oct 1994 19:43:31 GMT';

const FUTURE = 'Sat, 29 Oct 2094 19:43:31 GMT';

const stored: Step = [put(AT, BODY, { 'content-type': 'text/plain', 'x-amz-meta-colour': 'red' }), 200];

const INVALID = { status: 400, code: 'InvalidArgument' };

const REFUSED = { status: 400, code: 'InvalidRequest' };

const ranges: Case[] = [
  ...(
    [
      ['bytes=4-7', 'cont', '4-7'],
      ['bytes=4-', 'content', '4-10'],
      ['bytes=-7', 'content', '4-10'],
      ['bytes=-70', BODY, '0-10'],
      ['bytes=4-4000', 'content', '4-10'],
      ['bytes=0-0', 't', '0-0'],
      ['bytes=10-10', 't', '10-10'],
    ] as const
  ).map(
    ([range, body, said]): Case => ({
      section: 'GetObject, Range',
      name: range,
      steps: [
        stored,
        [
          get(AT, { range }),
          {
            status: 206,
            body,
            headers: { 'content-range': `bytes ${said}/11`, 'content-length': String(body.length), etag: ETAG },
          },
        ],
        [
          head(AT, { range }),
          {
            status: 206,
            body: '',
            headers: { 'content-range': `bytes ${said}/11`, 'content-length': String(body.length) },
          },
        ],
      ],
    }),
  ),
  ...['bytes=0-1,3-4', 'bytes=5-3', 'bytes=abc', 'items=0-1', 'bytes=', '0-1'].map(
    (range): Case => ({
      section: 'GetObject, Range',
      name: `${range} gives all`,
      steps: [stored, [get(AT, { range }), { status: 200, body: BODY, headers: { 'content-range': undefined } }]],
    }),
  ),
  ...['bytes=11-', 'bytes=40-50', 'bytes=11-11', 'bytes=-0'].map(
    (range): Case => ({
      section: 'GetObject, Range',
      name: `${range} is beyond its end`,
      steps: [
        stored,
        [
          get(AT, { range }),
          {
            status: 416,
            code: 'InvalidRange',
            has: [`<RangeRequested>${range}</RangeRequested>`, '<ActualObjectSize>11</ActualObjectSize>'],
            headers: { 'content-range': 'bytes */11' },
          },
        ],
        [head(AT, { range }), { status: 416, body: '' }],
      ],
    }),
  ),
  {
    section: 'GetObject, partNumber',
    name: 'what was stored at once is one part',
    steps: [
      stored,
      [get(`${AT}?partNumber=1`), { status: 206, body: BODY, headers: { 'x-amz-mp-parts-count': undefined } }],
      [get(`${AT}?partNumber=2`), { status: 400, code: 'InvalidPart' }],
      [get(`${AT}?partNumber=0`), INVALID],
      [get(`${AT}?partNumber=x`), INVALID],
      [get(`${AT}?partNumber=1`, { range: 'bytes=0-1' }), REFUSED],
    ],
  },
];

const reads: Case[] = (
  [
    [{ 'if-match': ETAG }, 200],
    [{ 'if-match': ETAG.slice(1, -1) }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': `"x", ${ETAG}` }, 200],
    [{ 'if-match': '"ABCORZ"' }, 412],
    [{ 'if-none-match': ETAG }, 304],
    [{ 'if-none-match': ETAG.slice(1, -1) }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': 'ABCORZ' }, 200],
    [{ 'if-modified-since': PAST }, 200],
    [{ 'if-modified-since': FUTURE }, 304],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-unmodified-since': FUTURE }, 200],
    [{ 'if-unmodified-since': PAST }, 412],
    [{ 'if-match': ETAG, 'if-unmodified-since': PAST }, 200],
    [{ 'if-none-match': ETAG, 'if-modified-since': PAST }, 304],
    [{ 'if-none-match': '"x"', 'if-modified-since': FUTURE }, 200],
  ] as [Record<string, string>, number][]
).map(
  ([headers, status]): Case => ({
    section: `GetObject, ${Object.keys(headers).join(' with ')}`,
    name: `${Object.values(headers).join(' and ')} is answered ${status}`,
    steps: [
      stored,
      [
        get(AT, headers),
        {
          status,
          ...(status === 412
            ? { code: 'PreconditionFailed', has: ['<Condition>If-'] }
            : { body: status === 200 ? BODY : '' }),
          ...(status === 304 && { headers: { etag: ETAG, 'last-modified': /GMT$/ } }),
        },
      ],
      [head(AT, headers), { status, body: '' }],
    ],
  }),
);

describe('reads', () => {
  conformanceCases(ask, [...ranges, ...reads]);
});
