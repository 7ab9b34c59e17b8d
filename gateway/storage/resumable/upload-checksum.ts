/** `Upload-Checksum` of tus 1.0.0: `sha1 base64digest`, of one PATCH's body. */
import { createHash, type Hash } from 'node:crypto';
import { crc32c } from '../../../common/checksum/index.ts';
import { AppError, InvalidInput } from '../../../common/errors/index.ts';

export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'md5', 'crc32c'] as const;

export interface UploadChecksum {
  update(piece: Uint8Array): void;
  /** @throws AppError 460 `checksum-mismatch` when the bytes are not those that were announced. */
  verify(): void;
}

/** @throws InvalidInput for an algorithm there is none of, or a digest that is not base64. */
export function parseUploadChecksum(header: string | undefined): UploadChecksum | undefined {
  if (header === undefined) return undefined;
  const [algorithm = '', base64 = '', ...more] = header.trim().split(' ');
  const isKnown = (CHECKSUM_ALGORITHMS as readonly string[]).includes(algorithm);
  if (!isKnown || more.length > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new InvalidInput(`Upload-Checksum must be one of ${CHECKSUM_ALGORITHMS.join(', ')} and a digest in base64.`);
  }
  const expected = Buffer.from(base64, 'base64');
  const running = algorithm === 'crc32c' ? crc32cDigest() : hashDigest(createHash(algorithm));
  return {
    update: running.update,
    verify: () => {
      if (!running.digest().equals(expected)) throw mismatch(algorithm);
    },
  };
}

interface Digest {
  update(piece: Uint8Array): void;
  digest(): Buffer;
}

function hashDigest(hash: Hash): Digest {
  return { update: (piece) => hash.update(piece), digest: () => hash.digest() };
}

/** Big-endian, as CRCs are written in network protocols. */
function crc32cDigest(): Digest {
  let checksum = 0;
  return {
    update: (piece) => {
      checksum = crc32c(piece, checksum);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(checksum);
      return bytes;
    },
  };
}

function mismatch(algorithm: string): AppError {
  return new AppError(
    'checksum-mismatch',
    460,
    'Checksum mismatch',
    `The bytes do not have the ${algorithm} that was sent with them; they were dropped, send them again.`,
  );
}
