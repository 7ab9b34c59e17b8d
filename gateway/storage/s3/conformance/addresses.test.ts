/** Which bucket and key a request is about, and errors that say so (User Guide, "Virtual hosting of general purpose buckets"). */
import { describe } from 'vitest';
import { type Case, conformanceCases, get, head, put } from './conformance-case.ts';
import { rows, twoUsers } from './two-users.ts';

const ask = twoUsers(async (prepare) => {
  await prepare(put('/addressed'));
  await prepare(put('/addressed/key', 'x'));
});

const INVALID = { status: 400, code: 'InvalidBucketName' };
const NO_BUCKET = { status: 404, code: 'NoSuchBucket' };

describe('where the bucket and key are', () => {
  const atHost = (request: ReturnType<typeof get>, host: string) => ({
    ...request,
    headers: { ...request.headers, host },
  });
  conformanceCases(ask, [
    ...['a//b', 'a/../b', './a', 'a%2Fb', 'a+b', 'a%2Bb', 'a%20b', 'a/', '%C3%BC', 'a%25b', '%E2%98%83', '%3F%23'].map(
      (key): Case => ({
        section: 'User Guide, Naming Amazon S3 objects',
        name: `the key ${key} is kept exactly`,
        steps: [
          [put(`/addressed/{key}/${key}`, key), 200],
          [get(`/addressed/{key}/${key}`), { status: 200, body: key }],
          [get('/addressed?list-type=2&prefix={key}/'), { status: 200, has: ['<KeyCount>1</KeyCount>'] }],
        ],
      }),
    ),
    ...rows('User Guide, Virtual hosting of general purpose buckets', [
      ['a bucket by its host', atHost(get('/key'), 'addressed.s3.localhost'), { status: 200, body: 'x' }],
      ['its listing', atHost(get('/'), 'addressed.s3.localhost'), { status: 200, has: ['<Name>addressed</Name>'] }],
      ['none of the name', atHost(get('/key'), 'not-there.s3.localhost'), NO_BUCKET],
      ['path style at the door’s own host', atHost(get('/addressed/key'), 's3.localhost'), { status: 200, body: 'x' }],
    ]),
    ...rows('Error responses', [
      ['no name of a bucket', get('//key'), INVALID],
      ['a key that is no UTF-8', get('/addressed/%FF'), { status: 400, code: 'InvalidURI' }],
      ['a key with a broken escape', get('/addressed/%zz'), { status: 400, code: 'InvalidURI' }],
      ['a key of 1025 bytes', put(`/addressed/${'k'.repeat(1025)}`, 'x'), { status: 400, code: 'KeyTooLongError' }],
      ['a key of 1024 bytes', put(`/addressed/${'k'.repeat(1024)}`, 'x'), 200],
      [
        'Code, Message, Resource, RequestId and HostId',
        get('/addressed/no-key'),
        {
          status: 404,
          code: 'NoSuchKey',
          has: [
            '<Message>The specified key does not exist.</Message>',
            '<Key>no-key</Key>',
            '<Resource>/addressed/no-key</Resource>',
            '<RequestId>',
            '<HostId>',
          ],
          headers: { 'content-type': 'application/xml', 'x-amz-request-id': /./, 'x-amz-id-2': /./ },
        },
      ],
      [
        'what is special in XML is escaped',
        get('/addressed/%3C%26%3E'),
        { status: 404, code: 'NoSuchKey', has: ['&lt;&amp;&gt;'] },
      ],
      ['HEAD has no body', head('/addressed/no-key'), { status: 404, body: '', headers: { 'x-amz-request-id': /./ } }],
    ]),
    ...rows('User Guide, Verifying bucket ownership with bucket owner condition', [
      [
        'another owner than expected',
        get('/addressed/key', { 'x-amz-expected-bucket-owner': '111122223333' }),
        { status: 403, code: 'AccessDenied' },
      ],
    ]),
  ]);
});
