/** What a request's headers say of its body's digests ("Checking object integrity", Amazon S3 User Guide). */
import type { IncomingHttpHeaders } from 'node:http';
import { CHECKSUM_ALGORITHMS, type Checksum } from '../../../../common/filesystem/index.ts';
import type { PayloadMode } from '../auth/index.ts';
import {
  algorithmUnknown,
  checksumMalformed,
  checksumMissing,
  md5Malformed,
  severalChecksums,
  trailerUnsupported,
  trailerWithoutChunks,
} from './refusals.ts';

export type ChecksumAlgorithm = Checksum['algorithm'];

export interface AnnouncedChecksums {
  /** Base64, as sent. */
  contentMd5: string | undefined;
  checksum:
    | {
        algorithm: ChecksumAlgorithm;
        /** Base64; undefined when it comes in the trailer. */
        value: string | undefined;
      }
    | undefined;
}

const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};
const HEADER_BYTES_MD5 = 16;

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** @throws S3Error InvalidDigest or InvalidRequest for what cannot be. */
export function parseAnnouncedChecksums(headers: IncomingHttpHeaders, payload: PayloadMode): AnnouncedChecksums {
  const contentMd5 = headers['content-md5']?.toString();
  if (contentMd5 !== undefined && !isDigest(contentMd5, HEADER_BYTES_MD5)) throw md5Malformed(contentMd5);
  const inHeaders = CHECKSUM_ALGORITHMS.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  const inTrailer = parseTrailerNames(headers, payload);
  if (inHeaders.length + inTrailer.length > 1) throw severalChecksums();
  const algorithm = inHeaders[0] ?? inTrailer[0];
  checkSdkAlgorithm(headers, algorithm);
  if (!algorithm) return { contentMd5, checksum: undefined };
  const header = checksumHeader(algorithm);
  const value = inHeaders.length > 0 ? parseChecksumValue(algorithm, String(headers[header])) : undefined;
  return { contentMd5, checksum: { algorithm, value } };
}

/** @throws S3Error InvalidRequest when it is not of the algorithm's form. */
export function parseChecksumValue(algorithm: ChecksumAlgorithm, value: string): string {
  if (!isDigest(value, DIGEST_BYTES[algorithm])) throw checksumMalformed(checksumHeader(algorithm));
  return value;
}

function parseTrailerNames(headers: IncomingHttpHeaders, payload: PayloadMode): ChecksumAlgorithm[] {
  const announced = headers['x-amz-trailer'];
  if (announced === undefined) return [];
  const names = String(announced)
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 0 && !(payload.kind === 'streaming' && payload.hasTrailer)) throw trailerWithoutChunks();
  return names.map((name) => {
    const algorithm = CHECKSUM_ALGORITHMS.find((known) => checksumHeader(known) === name);
    if (!algorithm) throw trailerUnsupported();
    return algorithm;
  });
}

/** SDKs say which algorithm they use; that its checksum is missing tells of one that was lost on the way. */
function checkSdkAlgorithm(headers: IncomingHttpHeaders, algorithm: ChecksumAlgorithm | undefined): void {
  const said = headers['x-amz-sdk-checksum-algorithm'];
  if (said === undefined) return;
  const upper = String(said).trim().toUpperCase();
  if (!(CHECKSUM_ALGORITHMS as readonly string[]).includes(upper)) {
    throw algorithmUnknown();
  }
  if (algorithm === undefined) throw checksumMissing();
  if (algorithm !== upper) throw algorithmUnknown();
}

/** Canonical base64 of so many bytes. */
function isDigest(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === text;
}
