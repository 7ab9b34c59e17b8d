/** Uploads in parts, by what the S3 API Reference says of each operation. */
import { createHash } from 'node:crypto';
import { describe } from 'vitest';
import { anonymous, type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['multipart', 'multipart-listed'], versioned: ['multipart-versions'] });

/** The least that a part which is not the last may have. */
const PART = Buffer.alloc(5 * 2 ** 20, 'a');
const END = 'the end';
const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('base64');
const etagOf = (...parts: (string | Uint8Array)[]) =>
  `${md5(Buffer.concat(parts.map((part) => Buffer.from(md5(part), 'hex'))))}-${parts.length}`;

const UPLOAD = { upload: /<UploadId>([^<]*)/ };
const AT = '/multipart/{key}';
const begin = (headers: Record<string, string> = {}, at = AT): Step => [
  { method: 'POST', target: `${at}?uploads`, headers },
  200,
  UPLOAD,
];
const part = (number: number | string, body: string | Uint8Array = END, headers: Record<string, string> = {}) =>
  put(`${AT}?partNumber=${number}&uploadId={upload}`, body, headers);
const listed = (...parts: [number: number | string, etag: string, more?: string][]) =>
  `<CompleteMultipartUpload>${parts.map(([number, etag, more = '']) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag>${more}</Part>`).join('')}</CompleteMultipartUpload>`;
const complete = (document: string, headers: Record<string, string> = {}) =>
  post(`${AT}?uploadId={upload}`, document, headers);
const one = listed([1, md5(END)]);
const abort: Step = [remove(`${AT}?uploadId={upload}`), { status: 204, body: '' }];
const NO_UPLOAD = { status: 404, code: 'NoSuchUpload' };
const INVALID = { status: 400, code: 'InvalidArgument' };
const MALFORMED = { status: 400, code: 'MalformedXML' };
const FAILED = { status: 412, code: 'PreconditionFailed' };

const begun: Case[] = [
  {
    section: 'CreateMultipartUpload',
    name: 'answers bucket, key and id; nothing is there yet',
    steps: [
      [
        { method: 'POST', target: `${AT}?uploads` },
        {
          status: 200,
          has: [
            '<InitiateMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            '<Bucket>multipart</Bucket><Key>{key}</Key><UploadId>',
          ],
        },
      ],
      [head(AT), 404],
    ],
  },
  {
    section: 'CreateMultipartUpload, Request Headers',
    name: 'are the object’s',
    steps: [
      begin({
        'content-type': 'text/bla',
        'x-amz-meta-foo': 'bar',
        'cache-control': 'no-cache',
        'x-amz-tagging': 'a=b',
      }),
      [part(1), 200],
      [complete(one), 200],
      [
        get(AT),
        {
          status: 200,
          body: END,
          headers: {
            'content-type': 'text/bla',
            'x-amz-meta-foo': 'bar',
            'cache-control': 'no-cache',
            'x-amz-tagging-count': '1',
          },
        },
      ],
    ],
  },
  ...(
    [
      ['x-amz-storage-class', 'BEST', 400, 'InvalidStorageClass'],
      ['x-amz-acl', 'nonsense', 400, 'InvalidArgument'],
      ['x-amz-tagging', 'a=1&a=2', 400, 'InvalidTag'],
      ['x-amz-checksum-algorithm', 'MD4', 400, 'InvalidRequest'],
      ['x-amz-checksum-type', 'FULL_OBJECT', 400, 'InvalidRequest'],
      ['x-amz-meta-large', 'b'.repeat(2048), 400, 'MetadataTooLarge'],
    ] as const
  ).map(
    ([header, value, status, code]): Case => ({
      section: `CreateMultipartUpload, ${header}`,
      name: `${value.slice(0, 20)} is refused`,
      steps: [
        [
          { method: 'POST', target: `${AT}?uploads`, headers: { [header]: value } },
          { status, code },
        ],
      ],
    }),
  ),
  ...(
    [
      ['SHA256', undefined, 'COMPOSITE'],
      ['SHA1', undefined, 'COMPOSITE'],
      ['CRC32', undefined, 'COMPOSITE'],
      ['CRC32C', 'FULL_OBJECT', 'FULL_OBJECT'],
      ['CRC64NVME', undefined, 'FULL_OBJECT'],
    ] as const
  ).map(
    ([algorithm, type, said]): Case => ({
      section: 'CreateMultipartUpload, x-amz-checksum-type',
      name: `${type ?? 'nothing'} with ${algorithm} is ${said}`,
      steps: [
        [
          {
            method: 'POST',
            target: `${AT}?uploads`,
            headers: { 'x-amz-checksum-algorithm': algorithm, ...(type && { 'x-amz-checksum-type': type }) },
          },
          { status: 200, headers: { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': said } },
        ],
      ],
    }),
  ),
  {
    section: 'CreateMultipartUpload, Bucket',
    name: 'one that is not there; nobody',
    steps: [
      [
        { method: 'POST', target: '/no-such-bucket/k?uploads' },
        { status: 404, code: 'NoSuchBucket' },
      ],
      [anonymous({ method: 'POST', target: `${AT}?uploads` }), { status: 403, code: 'AccessDenied' }],
    ],
  },
];

const parts: Case[] = [
  {
    section: 'UploadPart',
    name: 'answers the MD5',
    steps: [begin(), [part(1), { status: 200, body: '', headers: { etag: `"${md5(END)}"` } }]],
  },
  ...['0', '10001', '-1', 'x', '', '1.5'].map(
    (number): Case => ({
      section: 'UploadPart, partNumber',
      name: `${JSON.stringify(number)} is none`,
      steps: [begin(), [part(number), INVALID]],
    }),
  ),
  {
    section: 'UploadPart, uploadId',
    name: 'one that is not there, of another key, of nobody',
    steps: [
      begin(),
      [put(`${AT}?partNumber=1&uploadId=nonsense`, END), NO_UPLOAD],
      [put('/multipart/other?partNumber=1&uploadId={upload}', END), NO_UPLOAD],
      [put('/no-such-bucket/k?partNumber=1&uploadId={upload}', END), { status: 404, code: 'NoSuchBucket' }],
      [anonymous(part(1)), { status: 403, code: 'AccessDenied' }],
    ],
  },
  {
    section: 'UploadPart, Content-MD5',
    name: 'a wrong one, one that is none; the part is not there',
    steps: [
      begin(),
      [part(1, END, { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }), { status: 400, code: 'BadDigest' }],
      [part(1, END, { 'content-md5': 'abc' }), { status: 400, code: 'InvalidDigest' }],
      [complete(one), { status: 400, code: 'InvalidPart' }],
    ],
  },
  {
    section: 'UploadPart, x-amz-checksum-sha256',
    name: 'is said back; a wrong one is refused, and one that is none',
    steps: [
      begin({ 'x-amz-checksum-algorithm': 'SHA256' }),
      [
        part(1, END, { 'x-amz-checksum-sha256': sha256(END) }),
        { status: 200, headers: { 'x-amz-checksum-sha256': sha256(END) } },
      ],
      [part(1, END, { 'x-amz-checksum-sha256': sha256('other') }), { status: 400, code: 'BadDigest' }],
      [part(1, END, { 'x-amz-checksum-sha256': 'bad' }), { status: 400, code: 'BadDigest' }],
    ],
  },
  {
    section: 'UploadPart, partNumber',
    name: 'the last one of the same number counts',
    steps: [
      begin(),
      [part(1, 'old'), 200],
      [part(1), 200],
      [complete(listed([1, md5('old')])), { status: 400, code: 'InvalidPart' }],
      [complete(one), 200],
      [get(AT), { status: 200, body: END }],
    ],
  },
];

const completed: Case[] = [
  {
    section: 'CompleteMultipartUpload',
    name: 'joins parts by number, with gaps and whatever order they came in; parts are read by number',
    steps: [
      begin(),
      [part(9), 200],
      [part(2, PART), 200],
      [
        complete(listed([2, `"${md5(PART)}"`], [9, md5(END)])),
        {
          status: 200,
          has: [
            '<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Location>http',
            '<Bucket>multipart</Bucket><Key>{key}</Key>',
            `<ETag>&quot;${etagOf(PART, END)}&quot;</ETag>`,
          ],
        },
      ],
      [
        head(AT),
        {
          status: 200,
          headers: { etag: `"${etagOf(PART, END)}"`, 'content-length': String(PART.length + END.length) },
        },
      ],
      [
        get(`${AT}?partNumber=9`),
        {
          status: 206,
          body: END,
          headers: {
            'x-amz-mp-parts-count': '2',
            'content-range': `bytes ${PART.length}-${PART.length + 6}/${PART.length + 7}`,
          },
        },
      ],
      [
        head(`${AT}?partNumber=2`),
        { status: 206, headers: { 'content-length': String(PART.length), 'x-amz-mp-parts-count': '2' } },
      ],
      [get(`${AT}?partNumber=1`), { status: 400, code: 'InvalidPart' }],
      [get(AT, { range: `bytes=${PART.length - 2}-${PART.length + 2}` }), { status: 206, body: 'aathe' }],
      [get(AT, { range: 'bytes=-3' }), { status: 206, body: 'end' }],
      [
        get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ETag,ObjectParts,ObjectSize', 'x-amz-max-parts': '1' }),
        {
          status: 200,
          has: [
            `<ETag>${etagOf(PART, END)}</ETag>`,
            '<PartsCount>2</PartsCount>',
            '<MaxParts>1</MaxParts>',
            '<NextPartNumberMarker>2</NextPartNumberMarker>',
            '<IsTruncated>true</IsTruncated>',
            `<Part><PartNumber>2</PartNumber><Size>${PART.length}</Size></Part>`,
          ],
        },
      ],
      [
        get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ObjectParts', 'x-amz-part-number-marker': '2' }),
        {
          status: 200,
          has: [
            '<PartNumberMarker>2</PartNumberMarker>',
            '<Part><PartNumber>9</PartNumber><Size>7</Size></Part>',
            '<IsTruncated>false</IsTruncated>',
          ],
        },
      ],
    ],
  },
  {
    section: 'CompleteMultipartUpload',
    name: 'said again it answers the same; what is said of the upload then finds none',
    steps: [
      begin(),
      [part(1), 200],
      [complete(one), 200],
      [complete(one), { status: 200, has: [etagOf(END)] }],
      [part(2), NO_UPLOAD],
      [get(`${AT}?uploadId={upload}`), NO_UPLOAD],
      [remove(`${AT}?uploadId={upload}`), NO_UPLOAD],
    ],
  },
  {
    section: 'CompleteMultipartUpload',
    name: 'takes the place of what was there',
    steps: [
      [put(AT, 'before'), 200],
      begin(),
      [part(1), 200],
      [get(AT), { status: 200, body: 'before' }],
      [complete(one), 200],
      [get(AT), { status: 200, body: END }],
    ],
  },
  {
    section: 'CompleteMultipartUpload, x-amz-version-id',
    name: 'is said where versions are kept',
    steps: [
      begin({}, '/multipart-versions/{key}'),
      [put('/multipart-versions/{key}?partNumber=1&uploadId={upload}', END), 200],
      [
        post('/multipart-versions/{key}?uploadId={upload}', one),
        { status: 200, headers: { 'x-amz-version-id': /./ } },
        { version: 'x-amz-version-id' },
      ],
      [head('/multipart-versions/{key}'), { status: 200, headers: { 'x-amz-version-id': '{version}' } }],
    ],
  },
  ...(
    [
      ['no parts', '<CompleteMultipartUpload/>', MALFORMED],
      ['no document', '', MALFORMED],
      ['no XML', 'parts', MALFORMED],
      ['another document', '<Delete/>', MALFORMED],
      [
        'a part without an ETag',
        '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>',
        MALFORMED,
      ],
      [
        'a part without a number',
        '<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>',
        MALFORMED,
      ],
      ['a number that is none', listed(['one', md5(END)]), MALFORMED],
      ['a part that was not uploaded', listed([9999, md5(END)]), { status: 400, code: 'InvalidPart' }],
      ['another ETag', listed([1, 'f'.repeat(32)]), { status: 400, code: 'InvalidPart' }],
      ['parts out of order', listed([2, md5(END)], [1, md5(END)]), { status: 400, code: 'InvalidPartOrder' }],
      ['a part twice', listed([1, md5(END)], [1, md5(END)]), { status: 400, code: 'InvalidPartOrder' }],
      ['a small part before the last', listed([1, md5(END)], [2, md5(END)]), { status: 400, code: 'EntityTooSmall' }],
    ] as const
  ).map(
    ([name, document, expected]): Case => ({
      section: 'CompleteMultipartUpload, Request Body',
      name: `${name} is refused, and the upload goes on`,
      steps: [begin(), [part(1), 200], [part(2), 200], [complete(document), expected], [complete(one), 200]],
    }),
  ),
  {
    section: 'CompleteMultipartUpload, uploadId',
    name: 'one that is not there',
    steps: [[post(`${AT}?uploadId=nonsense`, one), NO_UPLOAD]],
  },
  {
    section: 'CompleteMultipartUpload, x-amz-mp-object-size',
    name: 'another size is refused',
    steps: [
      begin(),
      [part(1), 200],
      [complete(one, { 'x-amz-mp-object-size': '8' }), { status: 400, code: 'InvalidRequest' }],
      [complete(one, { 'x-amz-mp-object-size': 'x' }), INVALID],
      [complete(one, { 'x-amz-mp-object-size': '7' }), 200],
    ],
  },
  {
    section: 'CompleteMultipartUpload, If-None-Match and If-Match',
    name: 'are about what is there; a refused upload goes on',
    steps: [
      begin(),
      [part(1), 200],
      [complete(one, { 'if-match': '*' }), { status: 404, code: 'NoSuchKey' }],
      [complete(one, { 'if-match': 'badetag' }), { status: 404, code: 'NoSuchKey' }],
      [complete(one, { 'if-none-match': '*' }), 200],
      begin(),
      [part(1), 200],
      [complete(one, { 'if-none-match': '*' }), FAILED],
      [complete(one, { 'if-none-match': etagOf(END) }), FAILED],
      [complete(one, { 'if-match': 'badetag' }), FAILED],
      [complete(one, { 'if-match': etagOf(END) }), 200],
    ],
  },
  {
    section: 'CompleteMultipartUpload, x-amz-checksum-sha256',
    name: 'a composite one is of the parts’; what parts say of theirs must be so',
    steps: [
      begin({ 'x-amz-checksum-algorithm': 'SHA256' }),
      [part(1, END, { 'x-amz-checksum-sha256': sha256(END) }), 200],
      [complete(one, { 'x-amz-checksum-sha256': 'bad' }), { status: 400, code: 'BadDigest' }],
      [
        complete(listed([1, md5(END), `<ChecksumSHA256>${sha256('other')}</ChecksumSHA256>`])),
        { status: 400, code: 'InvalidPart' },
      ],
      [
        complete(listed([1, md5(END), `<ChecksumSHA256>${sha256(END)}</ChecksumSHA256>`]), {
          'x-amz-checksum-sha256': 'bad',
        }),
        { status: 400, code: 'BadDigest' },
      ],
      [
        complete(listed([1, md5(END), `<ChecksumSHA256>${sha256(END)}</ChecksumSHA256>`]), {
          'x-amz-checksum-sha256': sha256(END),
        }),
        { status: 400, code: 'BadDigest' },
      ],
      [
        complete(listed([1, md5(END), `<ChecksumSHA256>${sha256(END)}</ChecksumSHA256>`]), {
          'x-amz-checksum-sha256': composite(END),
        }),
        {
          status: 200,
          has: [`<ChecksumSHA256>${composite(END)}</ChecksumSHA256>`, '<ChecksumType>COMPOSITE</ChecksumType>'],
        },
      ],
      [
        head(AT, { 'x-amz-checksum-mode': 'ENABLED' }),
        { status: 200, headers: { 'x-amz-checksum-sha256': composite(END), 'x-amz-checksum-type': 'COMPOSITE' } },
      ],
      [head(AT), { status: 200, headers: { 'x-amz-checksum-sha256': undefined } }],
      [
        get(`${AT}?attributes`, { 'x-amz-object-attributes': 'Checksum,ObjectParts' }),
        {
          status: 200,
          has: [
            `<Part><ChecksumSHA256>${sha256(END)}</ChecksumSHA256><PartNumber>1</PartNumber><Size>7</Size></Part>`,
            '<PartsCount>1</PartsCount>',
          ],
        },
      ],
    ],
  },
];

const unsaid: Case = {
  section: 'CompleteMultipartUpload, Part',
  name: 'a part’s checksum that was stored need not be said again',
  steps: [
    begin({ 'x-amz-checksum-algorithm': 'SHA256' }),
    [part(1, END, { 'x-amz-checksum-sha256': sha256(END) }), 200],
    [complete(one), { status: 200, has: [`<ChecksumSHA256>${composite(END)}</ChecksumSHA256>`] }],
  ],
};

const aborted: Case[] = [
  {
    section: 'AbortMultipartUpload',
    name: 'the upload is gone, and what was there before is not',
    steps: [
      [put(AT, 'before'), 200],
      begin(),
      [part(1), 200],
      abort,
      [get(AT), { status: 200, body: 'before' }],
      [part(1), NO_UPLOAD],
      [complete(one), NO_UPLOAD],
      [remove(`${AT}?uploadId={upload}`), NO_UPLOAD],
    ],
  },
  {
    section: 'AbortMultipartUpload, uploadId',
    name: 'one that is not there, in a bucket that is and one that is not',
    steps: [
      [remove(`${AT}?uploadId=56788`), NO_UPLOAD],
      [remove('/no-such-bucket/k?uploadId=56788'), { status: 404, code: 'NoSuchBucket' }],
    ],
  },
];

const lists: Case[] = [
  {
    section: 'ListParts',
    name: 'by number, page by page',
    steps: [
      begin(),
      ...[300, 2, 10].map((number): Step => [part(number, String(number)), 200]),
      [
        get(`${AT}?uploadId={upload}&max-parts=2`),
        {
          status: 200,
          has: [
            '<ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            '<Bucket>multipart</Bucket><Key>{key}</Key><UploadId>{upload}</UploadId>',
            '<Initiator><ID>',
            '<Owner><ID>',
            '<StorageClass>STANDARD</StorageClass>',
            '<PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>10</NextPartNumberMarker><MaxParts>2</MaxParts><IsTruncated>true</IsTruncated>',
            /<PartNumber>2<.*<PartNumber>10</s,
            `<ETag>&quot;${md5('10')}&quot;</ETag><Size>2</Size>`,
          ],
          hasNot: ['<PartNumber>300<'],
        },
      ],
      [
        get(`${AT}?uploadId={upload}&part-number-marker=10`),
        {
          status: 200,
          has: ['<PartNumber>300<', '<IsTruncated>false</IsTruncated>', '<MaxParts>1000</MaxParts>'],
          hasNot: ['<PartNumber>10<'],
        },
      ],
    ],
  },
  {
    section: 'ListParts, max-parts',
    name: 'what is no number, below zero, none',
    steps: [
      begin(),
      [get(`${AT}?uploadId={upload}&max-parts=x`), INVALID],
      [get(`${AT}?uploadId={upload}&max-parts=-1`), INVALID],
      [get(`${AT}?uploadId={upload}&part-number-marker=x`), INVALID],
      [get(`${AT}?uploadId={upload}`), { status: 200, hasNot: ['<Part>'] }],
    ],
  },
  {
    section: 'ListParts, uploadId',
    name: 'one that is not there',
    steps: [[get(`${AT}?uploadId=nonsense`), NO_UPLOAD]],
  },
  {
    section: 'ListMultipartUploads',
    name: 'by key, page by page; a key may have several',
    steps: [
      begin({}, '/multipart-listed/{key}a'),
      begin({}, '/multipart-listed/{key}a'),
      begin({}, '/multipart-listed/{key}b'),
      [
        get('/multipart-listed?uploads&prefix={key}&max-uploads=2'),
        {
          status: 200,
          has: [
            '<ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            '<Bucket>multipart-listed</Bucket>',
            '<MaxUploads>2</MaxUploads>',
            '<IsTruncated>true</IsTruncated>',
            '<NextKeyMarker>{key}a</NextKeyMarker>',
            '<Initiator><ID>',
            '<Initiated>',
          ],
          hasNot: ['<Key>{key}b</Key>'],
        },
        { next: /<NextUploadIdMarker>([^<]*)/ },
      ],
      [
        get('/multipart-listed?uploads&prefix={key}&key-marker={key}a&upload-id-marker={next}'),
        {
          status: 200,
          has: ['<Key>{key}b</Key>', '<UploadId>{upload}</UploadId>', '<IsTruncated>false</IsTruncated>'],
          hasNot: ['<Key>{key}a</Key>'],
        },
      ],
    ],
  },
  {
    section: 'ListMultipartUploads, delimiter',
    name: 'groups by what lies before it',
    steps: [
      begin({}, '/multipart-listed/{key}/x/1'),
      begin({}, '/multipart-listed/{key}/x/2'),
      begin({}, '/multipart-listed/{key}/y'),
      [
        get('/multipart-listed?uploads&prefix={key}/&delimiter=/'),
        {
          status: 200,
          has: ['<CommonPrefixes><Prefix>{key}/x/</Prefix></CommonPrefixes>', '<Key>{key}/y</Key>'],
          hasNot: ['x/1'],
        },
      ],
    ],
  },
  {
    section: 'ListMultipartUploads, max-uploads',
    name: 'what is no number; a bucket that is not there',
    steps: [
      [get('/multipart-listed?uploads&max-uploads=x'), INVALID],
      [get('/multipart-listed?uploads&encoding-type=x'), INVALID],
      [get('/no-such-bucket?uploads'), { status: 404, code: 'NoSuchBucket' }],
    ],
  },
];

/** Of one part. */
function composite(body: string): string {
  return `${createHash('sha256').update(createHash('sha256').update(body).digest()).digest('base64')}-1`;
}

describe('uploads in parts', () => {
  conformanceCases(ask, [...begun, ...parts, ...completed, unsaid, ...aborted, ...lists]);
});
