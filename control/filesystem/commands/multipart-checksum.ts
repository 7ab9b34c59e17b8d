/**
 * Checksums of an object made of parts (Amazon S3 User Guide, "Checking object integrity in Amazon S3", "Full object and
 * composite checksum types"): of the parts' checksums, or of all bytes, put together from the parts' without reading them.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { combineCrc32, combineCrc32c, combineCrc64nvme, crc32c } from '../../../common/checksum/index.ts';
import type { Checksum, MultipartUpload } from '../../../common/filesystem/index.ts';

type Declared = NonNullable<MultipartUpload['checksum']>;

interface CheckedPart {
  size: number;
  /** Base64. */
  checksum?: string;
}

/** Undefined when a part has none, because it came from where none was kept. */
export function checksumOfParts(declared: Declared, parts: readonly CheckedPart[]): Checksum | undefined {
  const digests = parts.flatMap(({ checksum }) => (checksum === undefined ? [] : Buffer.from(checksum, 'base64')));
  if (digests.length < parts.length) return undefined;
  const { algorithm, type } = declared;
  const value =
    type === 'COMPOSITE'
      ? `${compositeDigest(algorithm, Buffer.concat(digests)).toString('base64')}-${parts.length}`
      : fullDigest(algorithm, digests, parts).toString('base64');
  return { algorithm, type, value };
}

function compositeDigest(algorithm: Checksum['algorithm'], digests: Buffer): Buffer {
  switch (algorithm) {
    case 'CRC32':
      return uint32(crc32(digests));
    case 'CRC32C':
      return uint32(crc32c(digests));
    case 'SHA1':
      return hash('sha1', digests, 'buffer');
    case 'SHA256':
      return hash('sha256', digests, 'buffer');
    case 'CRC64NVME':
      throw new Error('CRC64NVME has no composite form; the upload was not to be begun.');
  }
}

function fullDigest(
  algorithm: Checksum['algorithm'],
  digests: readonly Buffer[],
  parts: readonly CheckedPart[],
): Buffer {
  switch (algorithm) {
    case 'CRC32':
      return uint32(fold32(digests, parts, combineCrc32));
    case 'CRC32C':
      return uint32(fold32(digests, parts, combineCrc32c));
    case 'CRC64NVME':
      return uint64(
        digests.reduce(
          (crc, digest, index) => combineCrc64nvme(crc, digest.readBigUInt64BE(), parts[index]?.size ?? 0),
          0n,
        ),
      );
    case 'SHA1':
    case 'SHA256':
      throw new Error(`${algorithm} cannot be put together from its parts'; the upload was not to be begun.`);
  }
}

function fold32(
  digests: readonly Buffer[],
  parts: readonly CheckedPart[],
  combine: (first: number, second: number, secondBytes: number) => number,
): number {
  return digests.reduce((crc, digest, index) => combine(crc, digest.readUInt32BE(), parts[index]?.size ?? 0), 0);
}

function uint64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}
