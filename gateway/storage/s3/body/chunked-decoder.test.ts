import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SigningState } from '../auth/index.ts';
import { deriveSigningKey, SECRET } from '../auth/test-signer.ts';
import { S3Error } from '../errors/index.ts';
import { ChunkSignatures } from './chunk-signatures.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';
import { encodeChunked } from './test-chunks.ts';

/** Of the examples in "Transferring Payload in Multiple Chunks" and "… with trailing headers", Amazon S3 API Reference. */
function publishedSeed(seedSignature: string): SigningState {
  return {
    signingKey: createSecretKey(deriveSigningKey(SECRET, '20130524', 'us-east-1')),
    amzDate: '20130524T000000Z',
    scope: '20130524/us-east-1/s3/aws4_request',
    seedSignature,
  };
}

interface Decoded {
  bytes: Buffer;
  trailers: ReadonlyMap<string, string>;
}

function decode(
  encoded: Buffer,
  size: number,
  options: { signing?: SigningState; hasTrailer?: boolean; cuts?: number[] } = {},
): Decoded {
  const { signing, hasTrailer = false, cuts = [] } = options;
  const decoder = new ChunkedDecoder({ size, hasTrailer, signatures: signing && new ChunkSignatures(signing) });
  const given: Buffer[] = [];
  const ends = [...new Set(cuts.map((cut) => cut % (encoded.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, encoded.length]) {
    decoder.write(encoded.subarray(from, end), (bytes) => given.push(Buffer.from(bytes)));
    from = end;
  }
  decoder.end();
  return { bytes: Buffer.concat(given), trailers: decoder.trailers };
}

const LETTERS = Buffer.alloc(66_560, 'a');
const TWO_CHUNKS = [LETTERS.subarray(0, 65_536), LETTERS.subarray(65_536)];

describe('the published example', () => {
  test('of signed chunks', () => {
    const signing = publishedSeed('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9');
    const encoded = Buffer.concat([
      Buffer.from('10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n'),
      LETTERS.subarray(0, 65_536),
      Buffer.from('\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n'),
      LETTERS.subarray(65_536),
      Buffer.from('\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n'),
    ]);
    expect(encodeChunked({ chunks: TWO_CHUNKS, signing }).equals(encoded)).toBe(true);
    expect(decode(encoded, 66_560, { signing }).bytes.equals(LETTERS)).toBe(true);
  });

  test('of a signed trailer', () => {
    const signing = publishedSeed('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e');
    const encoded = Buffer.concat([
      Buffer.from('10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n'),
      LETTERS.subarray(0, 65_536),
      Buffer.from('\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n'),
      LETTERS.subarray(65_536),
      Buffer.from('\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n'),
      Buffer.from('x-amz-checksum-crc32c:sOO8/Q==\r\n'),
      Buffer.from('x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n'),
    ]);
    const { bytes, trailers } = decode(encoded, 66_560, { signing, hasTrailer: true });
    expect(bytes.equals(LETTERS)).toBe(true);
    expect([...trailers]).toEqual([['x-amz-checksum-crc32c', 'sOO8/Q==']]);
  });
});

const bodies = fc.record({
  chunks: fc.array(
    fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 4 },
  ),
  isSigned: fc.boolean(),
  hasTrailer: fc.boolean(),
});
const SIGNING = publishedSeed('0'.repeat(64));

function encodedOf({ chunks, isSigned, hasTrailer }: { chunks: Buffer[]; isSigned: boolean; hasTrailer: boolean }) {
  const trailers = { 'x-amz-checksum-crc32': 'AAAAAA==' };
  return {
    encoded: encodeChunked({ chunks, ...(isSigned && { signing: SIGNING }), ...(hasTrailer && { trailers }) }),
    whole: Buffer.concat(chunks),
    options: { hasTrailer, ...(isSigned && { signing: SIGNING }) },
  };
}

describe('any body', () => {
  test('decodes to the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(1000), { maxLength: 30 }), (body, cuts) => {
        const { encoded, whole, options } = encodedOf(body);
        expect(decode(encoded, whole.length, { ...options, cuts }).bytes.equals(whole)).toBe(true);
      }),
    );
  });

  test('is refused when it is cut anywhere, or goes on', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (body, at) => {
        const { encoded, whole, options } = encodedOf(body);
        const cut = encoded.subarray(0, at % encoded.length);
        expect(() => decode(cut, whole.length, options)).toThrow(S3Error);
        expect(() => decode(Buffer.concat([encoded, Buffer.from('\r\n')]), whole.length, options)).toThrow(S3Error);
      }),
    );
  });

  test('is refused when its length is not what was announced', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom(-1, 1), (body, difference) => {
        const { encoded, whole, options } = encodedOf(body);
        expect(() => decode(encoded, whole.length + difference, options)).toThrow(S3Error);
      }),
    );
  });

  test('that is signed gives other bytes, or other trailing headers, only with an error', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, change) => {
        const { encoded, whole, options } = encodedOf({ ...body, isSigned: true });
        const changed = Buffer.from(encoded);
        const index = at % encoded.length;
        changed.writeUInt8(changed.readUInt8(index) ^ change, index);
        let decoded: Decoded | undefined;
        try {
          decoded = decode(changed, whole.length, options);
        } catch (error) {
          expect(error).toBeInstanceOf(S3Error);
          return;
        }
        // The case of hex digits and of header names means nothing, and neither do spaces around them.
        expect(decoded.bytes.equals(whole)).toBe(true);
        expect([...decoded.trailers]).toEqual(body.hasTrailer ? [['x-amz-checksum-crc32', 'AAAAAA==']] : []);
      }),
      { numRuns: 500 },
    );
  });
});

describe('refused', () => {
  const endless = (text: string) => Buffer.from(text.repeat(20_000 / text.length));
  test.each([
    ['a chunk without a size', Buffer.from('\r\n'), 'InvalidRequest'],
    ['a size that is no hex', Buffer.from('xyz\r\n'), 'InvalidRequest'],
    ['a negative size', Buffer.from('-1\r\n'), 'InvalidRequest'],
    ['a size beyond all objects', Buffer.from('fffffffffffff\r\n'), 'InvalidRequest'],
    ['an unknown extension', Buffer.from('1;name=value\r\n'), 'InvalidRequest'],
    ['a line before a chunk that does not end', endless('0'), 'InvalidRequest'],
    ['a chunk longer than its size', Buffer.from('1\r\nab\r\n'), 'InvalidRequest'],
    ['more than was announced', Buffer.from('2\r\n'), 'IncompleteBody'],
    ['less than was announced', Buffer.from('0\r\n\r\n'), 'IncompleteBody'],
    [
      'a trailer where none belongs',
      Buffer.from('1\r\na\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'),
      'InvalidRequest',
    ],
  ])('%s', (_name, encoded, code) => {
    expect(() => decode(encoded, 1)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['a trailing line without a colon', Buffer.from('nothing\r\n\r\n')],
    ['a trailing header that comes twice', Buffer.from('a:1\r\nA:2\r\n\r\n')],
    ['a trailer that does not end', endless('a')],
    ['a trailer of many lines', Buffer.concat(Array.from({ length: 2000 }, (_, n) => Buffer.from(`x-${n}:${n}\r\n`)))],
    ['a header behind the signature', Buffer.from('x-amz-trailer-signature:0\r\na:1\r\n\r\n')],
  ])('%s', (_name, lines) => {
    const encoded = Buffer.concat([Buffer.from('1\r\na\r\n0\r\n'), lines]);
    expect(() => decode(encoded, 1, { hasTrailer: true })).toThrow(
      expect.objectContaining({ code: 'MalformedTrailerError' }),
    );
  });

  test('chunks that are not signed, or a trailer that is not, where they must be', () => {
    const size = 1;
    const chunks = [Buffer.from('a')];
    expect(() => decode(encodeChunked({ chunks }), size, { signing: SIGNING })).toThrow(
      expect.objectContaining({ code: 'InvalidRequest' }),
    );
    const signed = encodeChunked({ chunks, signing: SIGNING });
    expect(() => decode(signed, size, { signing: SIGNING, hasTrailer: true })).toThrow(
      expect.objectContaining({ code: 'MalformedTrailerError' }),
    );
  });
});
