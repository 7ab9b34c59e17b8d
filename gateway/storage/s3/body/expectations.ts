/** What a body's digests must be, and the comparison at its end. */
import type { PayloadMode } from '../auth/index.ts';
import {
  type AnnouncedChecksums,
  type ChecksumAlgorithm,
  checksumHeader,
  parseChecksumValue,
} from './announced-checksums.ts';
import type { DigestName, Digests } from './body-digests.ts';
import { checksumWrong, md5Wrong, payloadHashWrong, trailerMalformed } from './refusals.ts';

export interface Expectations {
  payload: PayloadMode;
  announced: AnnouncedChecksums;
  /** Wanted by who stores the body, whether it was sent or not. */
  wanted: ChecksumAlgorithm | undefined;
}

export interface CheckedDigests {
  /** In hex. */
  md5: string;
  /** In base64: the one that was sent, or else the one that was wanted. */
  checksum: { algorithm: ChecksumAlgorithm; value: string } | undefined;
}

export function neededDigests({ payload, announced, wanted }: Expectations): DigestName[] {
  const names: DigestName[] = ['MD5'];
  if (payload.kind === 'sha256') names.push('SHA256');
  if (announced.checksum) names.push(announced.checksum.algorithm);
  else if (wanted) names.push(wanted);
  return names;
}

/** @throws S3Error XAmzContentSHA256Mismatch, BadDigest, MalformedTrailerError */
export function checkDigests(
  { payload, announced, wanted }: Expectations,
  digests: Digests,
  trailers: ReadonlyMap<string, string>,
): CheckedDigests {
  const calculated = (name: DigestName, encoding: BufferEncoding): string => {
    const digest = digests.get(name);
    if (!digest) throw new Error(`The ${name} of the body was needed and not calculated.`);
    return digest.toString(encoding);
  };
  if (payload.kind === 'sha256') {
    const sha256 = calculated('SHA256', 'hex');
    if (sha256 !== payload.hex) throw payloadHashWrong(payload.hex, sha256);
  }
  if (announced.contentMd5 !== undefined) {
    const md5 = calculated('MD5', 'base64');
    if (md5 !== announced.contentMd5) throw md5Wrong(announced.contentMd5, md5);
  }
  const algorithm = announced.checksum?.algorithm ?? wanted;
  const value = algorithm && calculated(algorithm, 'base64');
  if (announced.checksum && announcedValue(announced.checksum, trailers) !== value) {
    throw checksumWrong(announced.checksum.algorithm);
  }
  refuseOthers(trailers, announced);
  return {
    md5: calculated('MD5', 'hex'),
    checksum: algorithm && value !== undefined ? { algorithm, value } : undefined,
  };
}

function announcedValue(
  { algorithm, value }: NonNullable<AnnouncedChecksums['checksum']>,
  trailers: ReadonlyMap<string, string>,
): string {
  if (value !== undefined) return value;
  const trailing = trailers.get(checksumHeader(algorithm));
  if (trailing === undefined) throw trailerMalformed(`it has no ${checksumHeader(algorithm)}`);
  return parseChecksumValue(algorithm, trailing);
}

/** A trailing header counts only when it was announced (and with that, where the request is signed, signed). */
function refuseOthers(trailers: ReadonlyMap<string, string>, { checksum }: AnnouncedChecksums): void {
  const announced = checksum?.value === undefined && checksum ? checksumHeader(checksum.algorithm) : undefined;
  for (const name of trailers.keys()) {
    if (name !== announced) throw trailerMalformed(`it has ${name}, which x-amz-trailer does not name`);
  }
}
