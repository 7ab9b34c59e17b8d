/** Checksums of objects, in headers and trailers, by the S3 API Reference and the User Guide’s "Checking object integrity". */
import { createHash } from 'node:crypto';
import { describe } from 'vitest';
import { type Case, conformanceCases, get, head, put } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['checksums'] });

const AT = '/checksums/{key}';

const BODY = 'testcontent';

const MD5 = createHash('md5').update(BODY).digest();

const REFUSED = { status: 400, code: 'InvalidRequest' };

/** The check value of each CRC's catalogue entry is of these nine digits. */
const DIGITS = '123456789';

const hex = (text: string) => Buffer.from(text, 'hex').toString('base64');

const CHECKSUMS = {
  crc32: hex('cbf43926'),
  crc32c: hex('e3069283'),
  crc64nvme: hex('ae8b14860a799888'),
  sha1: createHash('sha1').update(DIGITS).digest('base64'),
  sha256: createHash('sha256').update(DIGITS).digest('base64'),
};

const trailed = (name: string, value: string) => `9\r\n${DIGITS}\r\n0\r\n${name}:${value}\r\n\r\n`;

const TRAILING = {
  'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'x-amz-decoded-content-length': '9',
  'content-encoding': 'aws-chunked',
};

const checksums: Case[] = Object.entries(CHECKSUMS).flatMap(([algorithm, value]): Case[] => {
  const header = `x-amz-checksum-${algorithm}`;
  const wrong = Buffer.from(value, 'base64').fill(1).toString('base64');
  return [
    {
      section: `PutObject, ${header}`,
      name: 'is checked, kept, and said to who asks',
      steps: [
        [
          put(AT, DIGITS, { [header]: value }),
          { status: 200, headers: { [header]: value, 'x-amz-checksum-type': 'FULL_OBJECT' } },
        ],
        [head(AT, { 'x-amz-checksum-mode': 'ENABLED' }), { status: 200, headers: { [header]: value } }],
        [
          get(AT, { 'x-amz-checksum-mode': 'ENABLED' }),
          { status: 200, headers: { [header]: value, 'x-amz-checksum-type': 'FULL_OBJECT' } },
        ],
        [get(AT), { status: 200, headers: { [header]: undefined } }],
        [
          get(AT, { 'x-amz-checksum-mode': 'ENABLED', range: 'bytes=0-1' }),
          { status: 206, headers: { [header]: undefined } },
        ],
        [
          get(`${AT}?attributes`, { 'x-amz-object-attributes': 'Checksum' }),
          {
            status: 200,
            has: [`<Checksum><Checksum${algorithm.toUpperCase()}>${value}</Checksum${algorithm.toUpperCase()}>`],
          },
        ],
      ],
    },
    {
      section: `PutObject, ${header}`,
      name: 'a wrong one, one that is none; nothing is stored',
      steps: [
        [put(AT, DIGITS, { [header]: wrong }), { status: 400, code: 'BadDigest' }],
        [put(AT, DIGITS, { [header]: 'bad' }), { status: 400, code: 'BadDigest' }],
        [put(AT, DIGITS, { [header]: '' }), { status: 400, code: 'BadDigest' }],
        [head(AT), 404],
      ],
    },
    {
      section: `PutObject, x-amz-trailer: ${header}`,
      name: 'behind the chunks it is checked as well',
      steps: [
        [put(AT, trailed(header, wrong), { ...TRAILING, 'x-amz-trailer': header }), { status: 400, code: 'BadDigest' }],
        [
          put(AT, `9\r\n${DIGITS}\r\n0\r\n\r\n`, { ...TRAILING, 'x-amz-trailer': header }),
          { status: 400, code: 'MalformedTrailerError' },
        ],
        [head(AT), 404],
        [
          put(AT, trailed(header, value), { ...TRAILING, 'x-amz-trailer': header }),
          { status: 200, headers: { [header]: value } },
        ],
        [get(AT), { status: 200, body: DIGITS, headers: { 'content-encoding': undefined } }],
      ],
    },
  ];
});

const integrity: Case[] = [
  {
    section: 'PutObject, Content-MD5',
    name: 'right, wrong, none, empty',
    steps: [
      [put(AT, BODY, { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }), { status: 400, code: 'BadDigest' }],
      [put(AT, BODY, { 'content-md5': 'YWJyYWNhZGFicmE=' }), { status: 400, code: 'InvalidDigest' }],
      [put(AT, BODY, { 'content-md5': '' }), { status: 400, code: 'InvalidDigest' }],
      [head(AT), 404],
      [put(AT, BODY, { 'content-md5': MD5.toString('base64') }), 200],
    ],
  },
  {
    section: 'User Guide, Checking object integrity',
    name: 'two at once, and one that is announced and missing',
    steps: [
      [put(AT, DIGITS, { 'x-amz-checksum-crc32': CHECKSUMS.crc32, 'x-amz-checksum-sha1': CHECKSUMS.sha1 }), REFUSED],
      [put(AT, DIGITS, { 'x-amz-sdk-checksum-algorithm': 'SHA256' }), REFUSED],
    ],
  },
];

describe('checksums', () => {
  conformanceCases(ask, [...checksums, ...integrity]);
});
