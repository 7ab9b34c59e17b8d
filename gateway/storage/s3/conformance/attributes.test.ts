/** What is said of an object besides its bytes: GetObjectAttributes, and when a lifecycle deletes it. */
import { createHash } from 'node:crypto';
import { describe } from 'vitest';
import { type Case, conformanceCases, get, head, post, put, remove, type Step } from './conformance-case.ts';
import { conformanceDoor } from './conformance-door.ts';

const ask = conformanceDoor({ plain: ['attributes'] });

const AT = '/attributes/{key}';

const BODY = 'testcontent';

const MD5 = createHash('md5').update(BODY).digest();

const ETAG = `"${MD5.toString('hex')}"`;

const stored: Step = [put(AT, BODY, { 'content-type': 'text/plain', 'x-amz-meta-colour': 'red' }), 200];

const INVALID = { status: 400, code: 'InvalidArgument' };

const MISSING = { status: 404, code: 'NoSuchKey' };

const attributes: Case[] = [
  {
    section: 'GetObjectAttributes, x-amz-object-attributes',
    name: 'all; what was stored at once has no parts',
    steps: [
      stored,
      [
        get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ETag,Checksum,ObjectParts,StorageClass,ObjectSize' }),
        {
          status: 200,
          has: [
            '<GetObjectAttributesResponse xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
            `<ETag>${ETAG.slice(1, -1)}</ETag>`,
            '<StorageClass>STANDARD</StorageClass><ObjectSize>11</ObjectSize>',
          ],
          hasNot: ['<ObjectParts'],
          headers: { 'last-modified': /GMT$/, 'x-amz-delete-marker': undefined, 'x-amz-version-id': undefined },
        },
      ],
      [
        get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ObjectSize' }),
        { status: 200, has: ['<ObjectSize>'], hasNot: ['<ETag>', '<StorageClass>'] },
      ],
    ],
  },
  {
    section: 'GetObjectAttributes, x-amz-object-attributes',
    name: 'none, one that is none, of nothing',
    steps: [
      stored,
      [get(`${AT}?attributes`), INVALID],
      [get(`${AT}?attributes`, { 'x-amz-object-attributes': 'Colour' }), INVALID],
      [get(`${AT}?attributes`, { 'x-amz-object-attributes': 'ETag', 'x-amz-max-parts': 'x' }), INVALID],
      [get(`${AT}-not?attributes`, { 'x-amz-object-attributes': 'ETag' }), MISSING],
    ],
  },
];

const lifecycle = (...rules: string[]) =>
  put(
    '/{key}-bucket?lifecycle',
    `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}<Status>Enabled</Status></Rule>`).join('')}</LifecycleConfiguration>`,
  );

const SAID = { 'x-amz-expiration': /^expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", rule-id="rule%201"$/ };

const SILENT = { 'x-amz-expiration': undefined };

const expirations: Case[] = [
  {
    section: 'PutObject, GetObject, HeadObject, CopyObject, CompleteMultipartUpload, x-amz-expiration',
    name: 'is said of what a rule will delete, by prefix',
    steps: [
      [put('/{key}-bucket'), 200],
      [put('/{key}-bucket/days/1', 'x'), { status: 200, headers: SILENT }],
      [lifecycle('<ID>rule 1</ID><Filter><Prefix>days/</Prefix></Filter><Expiration><Days>1</Days></Expiration>'), 200],
      [head('/{key}-bucket/days/1'), { status: 200, headers: SAID }],
      [get('/{key}-bucket/days/1'), { status: 200, headers: SAID }],
      [put('/{key}-bucket/days/2', 'x'), { status: 200, headers: SAID }],
      [put('/{key}-bucket/days/3', '', { 'x-amz-copy-source': '{key}-bucket/days/1' }), { status: 200, headers: SAID }],
      [post('/{key}-bucket/days/4?uploads'), 200, { upload: /<UploadId>([^<]*)/ }],
      [put('/{key}-bucket/days/4?partNumber=1&uploadId={upload}', 'x'), 200, { etag: 'etag' }],
      [
        post(
          '/{key}-bucket/days/4?uploadId={upload}',
          '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>',
        ),
        { status: 200, headers: SAID },
      ],
      [put('/{key}-bucket/other', 'x'), { status: 200, headers: SILENT }],
      [head('/{key}-bucket/other'), { status: 200, headers: SILENT }],
    ],
  },
  {
    section: 'HeadObject, x-amz-expiration',
    name: 'follows the tags that a rule looks at',
    steps: [
      [put('/{key}-bucket'), 200],
      [
        lifecycle(
          '<ID>rule 1</ID><Filter><Tag><Key>a</Key><Value>1</Value></Tag></Filter><Expiration><Days>1</Days></Expiration>',
        ),
        200,
      ],
      [put('/{key}-bucket/k', 'x'), { status: 200, headers: SILENT }],
      [
        put('/{key}-bucket/k?tagging', '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>'),
        200,
      ],
      [head('/{key}-bucket/k'), { status: 200, headers: SAID }],
      [remove('/{key}-bucket/k?tagging'), 204],
      [head('/{key}-bucket/k'), { status: 200, headers: SILENT }],
    ],
  },
];

describe('attributes of objects', () => {
  conformanceCases(ask, [...attributes, ...expirations]);
});
