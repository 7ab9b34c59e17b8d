/** A request's body as operations read it: decoded, and held against everything that the request says of it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Authenticated } from '../auth/index.ts';
import { type ChecksumAlgorithm, parseAnnouncedChecksums } from './announced-checksums.ts';
import { BodyDigests, type Digests } from './body-digests.ts';
import { announcedLength } from './body-length.ts';
import { ChunkSignatures } from './chunk-signatures.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';
import type { DigestThread } from './digest-thread.ts';
import { type CheckedDigests, checkDigests, type Expectations, neededDigests } from './expectations.ts';
import { VerifiedStream } from './verified-stream.ts';

export interface BodySource {
  stream: Readable;
  headers: IncomingHttpHeaders;
  authenticated: Pick<Authenticated, 'payload' | 'signing'>;
  /** Where large bodies are digested; here when there is none. */
  thread?: DigestThread;
}

export interface OpenBodyOptions {
  /** Computed also when the caller sends none. */
  checksum?: ChecksumAlgorithm;
  /** `x-amz-checksum-…` is about an object, not about this body (CompleteMultipartUpload): it is not compared. */
  checksumHeadersAreOfObject?: boolean;
}

export interface OpenedBody {
  /**
   * Ends well only when length, signatures and digests were right, and fails with an `S3Error` otherwise. Nothing is taken
   * from the connection before this is read.
   */
  readonly stream: Readable;
  /** Bytes, when announced. */
  readonly size: number | undefined;
  /**
   * The whole body, held against all that was said of it, when it is small, came along with the head and not in chunks;
   * undefined otherwise, and then nothing has been taken. Instead of `stream`: a small PUT is spared two streams.
   */
  arrived(): Buffer<ArrayBuffer> | undefined;
  /** Once the stream has ended, or `arrived` has given all. */
  digests(): CheckedDigests;
}

/** @throws S3Error for headers about the body that cannot be. */
export function openBody(
  { stream: source, headers, authenticated, thread }: BodySource,
  options: OpenBodyOptions = {},
): OpenedBody {
  const { payload, signing } = authenticated;
  const size = announcedLength(headers, payload);
  const aboutBody = options.checksumHeadersAreOfObject ? withoutChecksums(headers) : headers;
  const announced = parseAnnouncedChecksums(aboutBody, payload);
  const expectations: Expectations = { payload, announced, wanted: options.checksum };
  const decoder =
    payload.kind === 'streaming'
      ? new ChunkedDecoder({
          size: size ?? 0,
          hasTrailer: payload.hasTrailer,
          signatures: signing && new ChunkSignatures(signing),
        })
      : undefined;
  const needed = neededDigests(expectations);
  let checked: CheckedDigests | undefined;
  const check = (digests: Digests) => {
    checked = checkDigests(expectations, digests, decoder?.trailers ?? NO_TRAILERS);
  };
  const stream = new VerifiedStream({
    source,
    decoder,
    beginDigests: () => thread?.begin(needed, size) ?? new BodyDigests(needed),
    size,
    check,
  });
  return {
    stream,
    size,
    arrived: () => {
      if (decoder || !size || source.readableLength !== size) return undefined;
      const bytes: Buffer<ArrayBuffer> | null = source.read(size);
      if (!bytes) return undefined;
      const digests = new BodyDigests(needed);
      digests.update(bytes);
      check(digests.finish());
      return bytes;
    },
    digests: () => {
      if (!checked) throw new Error('The digests of a body are asked for before its end.');
      return checked;
    },
  };
}

function withoutChecksums(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  return Object.fromEntries(kept);
}

const NO_TRAILERS: ReadonlyMap<string, string> = new Map();
