/** Tags of objects, by what the S3 API Reference says of them. */
import { describe } from 'vitest';
import { anonymous, type Case, conformanceCases, get, head, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['object-tags'] });

const AT = '/object-tags/{key}';

const BODY = 'testcontent';

const stored: Step = [put(AT, BODY, { 'content-type': 'text/plain', 'x-amz-meta-colour': 'red' }), 200];

const MISSING = { status: 404, code: 'NoSuchKey' };

const DENIED = { status: 403, code: 'AccessDenied' };

const tagSet = (count: number, key = 10, value = 10) =>
  Array.from(
    { length: count },
    (_, index) => `<Tag><Key>${String(index).padStart(key, 'k')}</Key><Value>${'v'.repeat(value)}</Value></Tag>`,
  ).join('');

const tagging = (set: string) => `<Tagging><TagSet>${set}</TagSet></Tagging>`;

const BAD_TAG = { status: 400, code: 'InvalidTag' };

const tags: Case[] = [
  ...(
    [
      [1, 5, 5, 200],
      [10, 10, 10, 200],
      [10, 128, 256, 200],
      [11, 10, 10, BAD_TAG],
      [1, 129, 10, BAD_TAG],
      [1, 10, 257, BAD_TAG],
    ] as const
  ).map(
    ([count, key, value, expected]): Case => ({
      section: 'PutObjectTagging, TagSet',
      name: `${count} with keys of ${key} and values of ${value} characters`,
      steps: [
        stored,
        [put(`${AT}?tagging`, tagging(tagSet(count, key, value))), expected],
        [
          get(`${AT}?tagging`),
          { status: 200, has: [expected === 200 ? `<TagSet>${tagSet(count, key, value)}</TagSet>` : '<TagSet/>'] },
        ],
        [head(AT), { status: 200, headers: { 'x-amz-tagging-count': expected === 200 ? String(count) : undefined } }],
      ],
    }),
  ),
  {
    section: 'PutObjectTagging',
    name: 'takes the place of what was; a write of the object does, too; and deletion',
    steps: [
      [put(AT, BODY, { 'x-amz-tagging': 'foo=bar&bar&a%20b=%C3%BC' }), 200],
      [
        get(`${AT}?tagging`),
        {
          status: 200,
          has: [
            '<Tag><Key>bar</Key><Value/></Tag>',
            '<Tag><Key>foo</Key><Value>bar</Value></Tag>',
            '<Tag><Key>a b</Key><Value>ü</Value></Tag>',
          ],
        },
      ],
      [put(`${AT}?tagging`, tagging(tagSet(1))), { status: 200, body: '' }],
      [get(`${AT}?tagging`), { status: 200, hasNot: ['foo'] }],
      [remove(`${AT}?tagging`), { status: 204, body: '' }],
      [get(`${AT}?tagging`), { status: 200, has: ['<TagSet/>'] }],
      [put(`${AT}?tagging`, tagging(tagSet(1))), 200],
      [put(AT, BODY), 200],
      [get(`${AT}?tagging`), { status: 200, has: ['<TagSet/>'] }],
    ],
  },
  {
    section: 'PutObjectTagging, Request Body',
    name: 'what is wrong with it',
    steps: [
      stored,
      [put(`${AT}?tagging`, 'tags'), { status: 400, code: 'MalformedXML' }],
      [put(`${AT}?tagging`, '<Tagging/>'), { status: 400, code: 'MalformedXML' }],
      [put(`${AT}?tagging`, tagging('<Tag><Key>a</Key></Tag>')), { status: 400, code: 'MalformedXML' }],
      [put(`${AT}?tagging`, tagging('<Tag><Key/><Value>v</Value></Tag>')), BAD_TAG],
      [put(`${AT}?tagging`, tagging('<Tag><Key>aws:x</Key><Value>v</Value></Tag>')), BAD_TAG],
      [put(`${AT}?tagging`, tagging('<Tag><Key>a</Key><Value>v</Value></Tag>'.repeat(2))), BAD_TAG],
      [
        put(`${AT}?tagging`, tagging(tagSet(1)), { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
        { status: 400, code: 'BadDigest' },
      ],
      [put(`${AT}-not?tagging`, tagging(tagSet(1))), MISSING],
      [get(`${AT}-not?tagging`), MISSING],
      [anonymous(get(`${AT}?tagging`)), DENIED],
    ],
  },
];

describe('tags of objects', () => {
  conformanceCases(ask, [...tags]);
});
