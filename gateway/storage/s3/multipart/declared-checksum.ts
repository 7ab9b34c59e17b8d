/**
 * Which checksum an upload is to have (CreateMultipartUpload, "x-amz-checksum-algorithm" and "x-amz-checksum-type"; User Guide,
 * "Checking object integrity", "Full object and composite checksum types").
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CHECKSUM_ALGORITHMS, type Checksum, type MultipartUpload } from '../../../../common/filesystem/index.ts';
import { checksumHeader, parseChecksumValue } from '../body/index.ts';
import { S3Error } from '../errors/index.ts';
import { element, type XmlElement } from '../xml/index.ts';

export type DeclaredChecksum = NonNullable<MultipartUpload['checksum']>;

/** CRC64NVME is of the whole only, cryptographic ones of the parts only. */
const TYPES: Record<Checksum['algorithm'], readonly Checksum['type'][]> = {
  CRC32: ['COMPOSITE', 'FULL_OBJECT'],
  CRC32C: ['COMPOSITE', 'FULL_OBJECT'],
  CRC64NVME: ['FULL_OBJECT'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
};

/** @throws S3Error InvalidRequest */
export function declaredChecksum(headers: IncomingHttpHeaders): DeclaredChecksum | undefined {
  const named = headers['x-amz-checksum-algorithm'];
  const typed = headers['x-amz-checksum-type'];
  if (named === undefined) {
    if (typed === undefined) return undefined;
    throw new S3Error('InvalidRequest', {
      message: 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    });
  }
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === String(named).toUpperCase());
  if (!algorithm) {
    throw new S3Error('InvalidRequest', {
      message:
        'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    });
  }
  return { algorithm, type: typeOf(algorithm, typed === undefined ? undefined : String(typed)) };
}

function typeOf(algorithm: Checksum['algorithm'], asked: string | undefined): Checksum['type'] {
  const [usual = 'FULL_OBJECT'] = TYPES[algorithm];
  if (asked === undefined) return usual;
  const type = TYPES[algorithm].find((known) => known === asked.toUpperCase());
  if (type) return type;
  if (!['FULL_OBJECT', 'COMPOSITE'].includes(asked.toUpperCase())) {
    throw new S3Error('InvalidRequest', { message: 'Value for x-amz-checksum-type header is invalid.' });
  }
  throw new S3Error('InvalidRequest', {
    message: `The ${asked.toUpperCase()} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  });
}

/**
 * What the caller says that the whole has; the header is about the object, not about the request's own body.
 * @throws S3Error InvalidRequest when there are several.
 */
export function announcedChecksum(headers: IncomingHttpHeaders): Pick<Checksum, 'algorithm' | 'value'> | undefined {
  const given = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = headers[checksumHeader(algorithm)];
    if (value === undefined) return [];
    // A composite one may tell the number of parts.
    parseChecksumValue(algorithm, String(value).replace(/-\d{1,5}$/, ''));
    return [{ algorithm, value: String(value) }];
  });
  if (given.length <= 1) return given[0];
  throw new S3Error('InvalidRequest', {
    message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  });
}

/** `<ChecksumSHA256>…` of a part or of the whole. */
export function checksumElement(algorithm: Checksum['algorithm'], value: string | undefined): XmlElement | undefined {
  return value === undefined ? undefined : element(`Checksum${algorithm}`, value);
}

export function declaredElements(declared: DeclaredChecksum | undefined): (XmlElement | undefined)[] {
  if (!declared) return [];
  return [element('ChecksumAlgorithm', declared.algorithm), element('ChecksumType', declared.type)];
}
