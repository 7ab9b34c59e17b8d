/** Amazon's own examples of SigV4 ("Signature Calculations for the Authorization Header", Amazon S3 API Reference). */
import { expect, test } from 'vitest';
import type { RequestToAuthenticate } from './authenticator.ts';
import { canonicalPath, canonicalQuery } from './canonical-request.ts';
import { ACCESS_KEY, requestOf, testAuthenticator } from './test-signer.ts';

const SCOPE = `${ACCESS_KEY}/20130524/us-east-1/s3/aws4_request`;
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const authenticator = testAuthenticator();

function published(method: string, target: string, headers: Record<string, string>): RequestToAuthenticate {
  const [rawPath = '', rawQuery = ''] = target.split('?');
  const all = { Host: 'examplebucket.s3.amazonaws.com', ...headers };
  return requestOf(method, rawPath, rawQuery, Object.entries(all).flat());
}

function signed(method: string, target: string, names: string, signature: string, headers: Record<string, string>) {
  return published(method, target, {
    ...headers,
    'x-amz-date': '20130524T000000Z',
    Authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=${names},Signature=${signature}`,
  });
}

const EXAMPLES: [name: string, request: RequestToAuthenticate][] = [
  [
    'GET Object',
    signed(
      'GET',
      '/test.txt',
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      { Range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY },
    ),
  ],
  [
    'PUT Object',
    signed(
      'PUT',
      '/test$file.text',
      'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      {
        Date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
    ),
  ],
  [
    'GET Bucket Lifecycle',
    signed(
      'GET',
      '/?lifecycle',
      'host;x-amz-content-sha256;x-amz-date',
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
      { 'x-amz-content-sha256': EMPTY },
    ),
  ],
  [
    'GET Bucket (List Objects)',
    signed(
      'GET',
      '/?max-keys=2&prefix=J',
      'host;x-amz-content-sha256;x-amz-date',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      { 'x-amz-content-sha256': EMPTY },
    ),
  ],
  [
    'PUT in chunks, the seed signature',
    published('PUT', '/examplebucket/chunkObject.txt', {
      Host: 's3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'Content-Encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '66560',
      'Content-Length': '66824',
      Authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9`,
    }),
  ],
  [
    'PUT in chunks with trailing headers, the seed signature',
    published('PUT', '/examplebucket/chunkObject.txt', {
      Host: 's3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'Content-Encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '66560',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
      Authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e`,
    }),
  ],
  [
    'presigned GET ("Authenticating Requests: Using Query Parameters")',
    published(
      'GET',
      `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(SCOPE)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
      {},
    ),
  ],
];

test.each(EXAMPLES)('%s has the published signature', async (_name, request) => {
  const { credential, signer } = await authenticator.authenticate(request);
  expect(credential).toEqual({ kind: 'access-key', id: ACCESS_KEY });
  expect(signer?.namespace).toBe('alice');
});

test('the published signature of the browser form holds', async () => {
  const policy =
    'eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9';
  const fields: Record<string, string> = {
    policy,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${ACCESS_KEY}/20151229/us-east-1/s3/aws4_request`,
    'x-amz-date': '20151229T000000Z',
    'x-amz-signature': '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
  };
  const request = { requestId: 'r', remoteAddress: '127.0.0.1' };
  const { signer } = await authenticator.authenticateForm((name) => fields[name], request);
  expect(signer?.accessKey).toBe(ACCESS_KEY);
  await expect(
    authenticator.authenticateForm((name) => (name === 'policy' ? `${policy}A` : fields[name]), request),
  ).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
});

test.each([
  ['/a b', '/a%20b'],
  ['/a%20b%2f%2F', '/a%20b%2F%2F'],
  ['/%41%7e-_.', '/A~-_.'],
  ['/../a//./', '/../a//./'],
  ['/+$é%zz', '/%2B%24%E9%25zz'],
])('the path %s is signed as %s', (raw, canonical) => {
  expect(canonicalPath(raw)).toBe(canonical);
});

test.each([
  ['b=2&a=1&a=0', 'a=0&a=1&b=2'],
  ['acl', 'acl='],
  ['a-b=1&a=2&&', 'a=2&a-b=1'],
  ['prefix=a+b%2Fc/', 'prefix=a%20b%2Fc%2F'],
  ['k=v=w', 'k=v%3Dw'],
])('the query %s is signed as %s', (raw, canonical) => {
  expect(canonicalQuery(raw)).toBe(canonical);
});
