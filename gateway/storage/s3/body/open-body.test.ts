/** Bodies and what requests say of them ("Checking object integrity", Amazon S3 User Guide; "PutObject", Amazon S3 API Reference). */
import { createHash, createSecretKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c, crc64nvme } from '../../../../common/checksum/index.ts';
import type { PayloadMode, SigningState } from '../auth/index.ts';
import { deriveSigningKey, SECRET } from '../auth/test-signer.ts';
import { checksumHeader } from './announced-checksums.ts';
import { type OpenBodyOptions, openBody } from './open-body.ts';
import { encodeChunked } from './test-chunks.ts';

const HELLO = Buffer.from('hello world');
const UNSIGNED: PayloadMode = { kind: 'unsigned' };
const TRAILING: PayloadMode = { kind: 'streaming', isSigned: false, hasTrailer: true };
const SIGNING: SigningState = {
  signingKey: createSecretKey(deriveSigningKey(SECRET, '20130524', 'us-east-1')),
  amzDate: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
  seedSignature: '0'.repeat(64),
};

function big(value: number | bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex').toString('base64');
}

function digestOf(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('base64');
}

const CHECKSUMS = {
  CRC32: (bytes: Uint8Array) => big(crc32(bytes), 4),
  CRC32C: (bytes: Uint8Array) => big(crc32c(bytes), 4),
  CRC64NVME: (bytes: Uint8Array) => big(crc64nvme(bytes), 8),
  SHA1: (bytes: Uint8Array) => digestOf('sha1', bytes),
  SHA256: (bytes: Uint8Array) => digestOf('sha256', bytes),
} as const;
const ALGORITHMS = Object.keys(CHECKSUMS) as (keyof typeof CHECKSUMS)[];

interface Sent {
  headers?: IncomingHttpHeaders;
  payload?: PayloadMode;
  signing?: SigningState;
  options?: OpenBodyOptions;
}

async function receive(bytes: Buffer | Readable, { headers = {}, payload = UNSIGNED, signing, options }: Sent) {
  const stream = bytes instanceof Readable ? bytes : Readable.from(bytes.length > 0 ? [bytes] : []);
  const length = bytes instanceof Readable ? {} : { 'content-length': String(bytes.length) };
  const authenticated = { payload, ...(signing && { signing }) };
  const body = openBody({ stream, headers: { ...length, ...headers }, authenticated }, options);
  const pieces = (await body.stream.toArray()) as Buffer[];
  return { bytes: Buffer.concat(pieces), size: body.size, digests: body.digests() };
}

function chunked(trailers: Record<string, string> = {}, chunks = [HELLO]): [Buffer, IncomingHttpHeaders] {
  const size = Buffer.concat(chunks).length;
  const names = Object.keys(trailers).join(',');
  return [
    encodeChunked({ chunks, trailers }),
    { 'x-amz-decoded-content-length': String(size), ...(names !== '' && { 'x-amz-trailer': names }) },
  ];
}

describe('a body is given with its digests', () => {
  test('when nothing is said of it', async () => {
    const { bytes, size, digests } = await receive(HELLO, {});
    expect(bytes.equals(HELLO)).toBe(true);
    expect(size).toBe(11);
    expect(digests).toEqual({ md5: '5eb63bbbe01eeed093cb22bb8f5acdc3', checksum: undefined });
  });

  test('when it is empty', async () => {
    const { size, digests } = await receive(Buffer.alloc(0), {});
    expect({ size, ...digests }).toEqual({ size: 0, md5: 'd41d8cd98f00b204e9800998ecf8427e', checksum: undefined });
  });

  test('when its length is not said', async () => {
    const { bytes, size } = await receive(Readable.from([HELLO]), {});
    expect(size).toBeUndefined();
    expect(bytes.equals(HELLO)).toBe(true);
  });

  test.each(ALGORITHMS)('when its %s comes in a header, in a trailer, or is only wanted', async (algorithm) => {
    const value = CHECKSUMS[algorithm](HELLO);
    const name = checksumHeader(algorithm);
    const inHeader = await receive(HELLO, { headers: { [name]: value, 'x-amz-sdk-checksum-algorithm': algorithm } });
    const [encoded, headers] = chunked({ [name]: value });
    const inTrailer = await receive(encoded, { payload: TRAILING, headers });
    const wanted = await receive(HELLO, { options: { checksum: algorithm } });
    for (const { digests } of [inHeader, inTrailer, wanted]) {
      expect(digests.checksum).toEqual({ algorithm, value });
    }
  });

  test('when chunks and trailer are signed', async () => {
    const trailers = { 'x-amz-checksum-crc32': CHECKSUMS.CRC32(HELLO) };
    const encoded = encodeChunked({ chunks: [HELLO.subarray(0, 3), HELLO.subarray(3)], signing: SIGNING, trailers });
    const { bytes } = await receive(encoded, {
      payload: { kind: 'streaming', isSigned: true, hasTrailer: true },
      signing: SIGNING,
      headers: { 'x-amz-decoded-content-length': '11', 'x-amz-trailer': 'x-amz-checksum-crc32' },
    });
    expect(bytes.equals(HELLO)).toBe(true);
  });

  test('when Content-MD5 and the SHA-256 that was signed are right', async () => {
    const hex = createHash('sha256').update(HELLO).digest('hex');
    const headers = { 'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==' };
    const { digests } = await receive(HELLO, { headers, payload: { kind: 'sha256', hex } });
    expect(digests.md5).toBe('5eb63bbbe01eeed093cb22bb8f5acdc3');
  });

  test('whatever pieces it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), { maxLength: 20 }), async (pieces) => {
        const whole = Buffer.concat(pieces);
        const { bytes, digests } = await receive(Readable.from(pieces.map((piece) => Buffer.from(piece))), {
          headers: { 'content-length': String(whole.length), 'content-md5': digestOf('md5', whole) },
        });
        expect(bytes.equals(whole)).toBe(true);
        expect(digests.md5).toBe(createHash('md5').update(whole).digest('hex'));
      }),
    );
  });
});

describe('a body is refused', () => {
  const trailer = (name: string, value: string, change: IncomingHttpHeaders = {}): [Buffer, Sent] => {
    const [encoded, headers] = chunked({ [name]: value });
    return [encoded, { payload: TRAILING, headers: { ...headers, ...change } }];
  };
  const header = (headers: IncomingHttpHeaders): [Buffer, Sent] => [HELLO, { headers }];
  const WRONG_MD5 = 'rL0Y20xC+Fzt72VPzMSk2A==';
  const cases: [name: string, sent: [Buffer, Sent], expected: Record<string, unknown>][] = [
    [
      'a Content-MD5 of other bytes',
      header({ 'content-md5': WRONG_MD5 }),
      { code: 'BadDigest', elements: { ExpectedDigest: WRONG_MD5, CalculatedDigest: 'XrY7u+Ae7tCTyyK7j1rNww==' } },
    ],
    [
      'a Content-MD5 that is too short',
      header({ 'content-md5': 'YWJyYWNhZGFicmE=' }),
      { code: 'InvalidDigest', status: 400 },
    ],
    ['an empty Content-MD5', header({ 'content-md5': '' }), { code: 'InvalidDigest' }],
    [
      'a Content-MD5 that is no base64',
      header({ 'content-md5': 'XrY7u-Ae7tCTyyK7j1rNww==' }),
      { code: 'InvalidDigest' },
    ],
    [
      'two checksums',
      header({ 'x-amz-checksum-crc32': CHECKSUMS.CRC32(HELLO), 'x-amz-checksum-sha1': CHECKSUMS.SHA1(HELLO) }),
      { code: 'InvalidRequest' },
    ],
    [
      'a checksum in the header and in the trailer',
      trailer('x-amz-checksum-crc32', CHECKSUMS.CRC32(HELLO), { 'x-amz-checksum-sha1': CHECKSUMS.SHA1(HELLO) }),
      { code: 'InvalidRequest' },
    ],
    [
      'an algorithm without its checksum',
      header({ 'x-amz-sdk-checksum-algorithm': 'CRC32' }),
      { code: 'InvalidRequest' },
    ],
    [
      "an algorithm that is not the checksum's",
      header({ 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': CHECKSUMS.CRC32(HELLO) }),
      { code: 'InvalidRequest' },
    ],
    [
      'an algorithm that is none',
      header({ 'x-amz-sdk-checksum-algorithm': 'MD6', 'x-amz-checksum-crc32': CHECKSUMS.CRC32(HELLO) }),
      { code: 'InvalidRequest' },
    ],
    ['a trailer that S3 does not know', trailer('x-amz-meta-a', '1'), { code: 'InvalidRequest' }],
    [
      'a trailer that was not announced',
      trailer('x-amz-checksum-crc32', CHECKSUMS.CRC32(HELLO), { 'x-amz-trailer': undefined }),
      { code: 'MalformedTrailerError' },
    ],
    [
      'another trailer than was announced',
      trailer('x-amz-checksum-crc32', CHECKSUMS.CRC32(HELLO), { 'x-amz-trailer': 'x-amz-checksum-sha1' }),
      { code: 'MalformedTrailerError' },
    ],
    [
      'an announced trailer where none can be',
      header({ 'x-amz-trailer': 'x-amz-checksum-crc32' }),
      { code: 'InvalidRequest' },
    ],
    [
      'chunks without their length',
      trailer('x-amz-checksum-crc32', CHECKSUMS.CRC32(HELLO), { 'x-amz-decoded-content-length': undefined }),
      { code: 'MissingContentLength', status: 411 },
    ],
    [
      'chunks of a length that is none',
      trailer('x-amz-checksum-crc32', CHECKSUMS.CRC32(HELLO), { 'x-amz-decoded-content-length': '-1' }),
      { code: 'InvalidArgument' },
    ],
    [
      'chunks of another length',
      trailer('x-amz-checksum-crc32', CHECKSUMS.CRC32(HELLO), { 'x-amz-decoded-content-length': '12' }),
      { code: 'IncompleteBody', status: 400 },
    ],
    ['another length than was said', header({ 'content-length': '12' }), { code: 'IncompleteBody' }],
    [
      'bytes that are not in chunks',
      [HELLO, { payload: TRAILING, headers: { 'x-amz-decoded-content-length': '11' } }],
      { code: 'IncompleteBody' },
    ],
    [
      'another SHA-256 than was signed',
      [HELLO, { payload: { kind: 'sha256', hex: '0'.repeat(64) } }],
      {
        code: 'XAmzContentSHA256Mismatch',
        status: 400,
        elements: {
          ClientComputedContentSHA256: '0'.repeat(64),
          S3ComputedContentSHA256: createHash('sha256').update(HELLO).digest('hex'),
        },
      },
    ],
    ...ALGORITHMS.flatMap((algorithm): typeof cases => {
      const name = checksumHeader(algorithm);
      const other = CHECKSUMS[algorithm](Buffer.from('other'));
      return [
        [`another ${algorithm}`, header({ [name]: other }), { code: 'BadDigest', status: 400 }],
        [`another ${algorithm} in the trailer`, trailer(name, other), { code: 'BadDigest', status: 400 }],
        [
          `a ${algorithm} that is none`,
          header({ [name]: 'bad' }),
          { code: 'BadDigest', message: `Value for ${name} header is invalid.` },
        ],
        [`a ${algorithm} in the trailer that is none`, trailer(name, 'bad'), { code: 'BadDigest' }],
      ];
    }),
  ];
  test.each(cases)('with %s', async (_name, [bytes, sent], expected) => {
    await expect(receive(bytes, sent)).rejects.toMatchObject(expected);
  });

  test('when the connection ends before it does', async () => {
    const source = new PassThrough();
    source.write(HELLO);
    const received = receive(source, { headers: { 'content-length': '20' } });
    source.destroy();
    await expect(received).rejects.toMatchObject({ code: 'IncompleteBody' });
  });
});

describe('the connection', () => {
  test('is not read before the body is, and neither destroyed nor drained when the body is left', async () => {
    const source = new PassThrough({ highWaterMark: 4 });
    source.write(HELLO);
    const authenticated = { payload: UNSIGNED };
    const { stream } = openBody({ stream: source, headers: { 'content-length': '22' }, authenticated });
    expect(source.isPaused()).toBe(false);
    expect(source.readableFlowing).toBeNull();
    const first = await new Promise((resolve) => stream.once('data', resolve));
    expect(first).toEqual(HELLO);
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(source.destroyed).toBe(false);
    expect(source.isPaused()).toBe(true);
  });

  test('is not read faster than the body is', async () => {
    let given = 0;
    const piece = Buffer.alloc(64 * 1024);
    const source = new Readable({
      read() {
        given += 1;
        this.push(given > 64 ? null : piece);
      },
    });
    const { stream } = openBody({ stream: source, headers: {}, authenticated: { payload: UNSIGNED } });
    stream.read(0);
    await expect.poll(() => stream.readableLength).toBeGreaterThan(0);
    await expect.poll(() => source.isPaused()).toBe(true);
    expect(given).toBeLessThan(12);
    for await (const _piece of stream) expect(stream.readableLength).toBeLessThan(6 * piece.length);
    expect(given).toBe(65);
  });
});
