/** All digests of a body in one pass: each piece is gone over while it is in the processor's cache. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c, crc64nvme } from '../../../../common/checksum/index.ts';
import type { ChecksumAlgorithm } from './announced-checksums.ts';

export type DigestName = ChecksumAlgorithm | 'MD5';

/** By name, the digests' bytes; CRCs big-endian, as S3 shows them. */
export type Digests = ReadonlyMap<DigestName, Buffer>;

export interface DigestRun {
  /** A promise when it must be waited for before the next piece. The piece is not kept after that. */
  update(piece: Buffer): void | Promise<void>;
  finish(): Digests | Promise<Digests>;
  /** Of a body that ends before its time. */
  abandon(): void;
}

interface RunningDigest {
  update(piece: Uint8Array): void;
  digest(): Buffer;
}

/** In this thread. */
export class BodyDigests implements DigestRun {
  readonly #running: readonly (readonly [DigestName, RunningDigest])[];

  constructor(names: Iterable<DigestName>) {
    this.#running = [...new Set(names)].map((name) => [name, startDigest(name)] as const);
  }

  update(piece: Uint8Array): void {
    for (const [, digest] of this.#running) digest.update(piece);
  }

  finish(): Digests {
    return new Map(this.#running.map(([name, digest]) => [name, digest.digest()]));
  }

  abandon(): void {}
}

function startDigest(name: DigestName): RunningDigest {
  switch (name) {
    case 'MD5':
      return createHash('md5');
    case 'SHA1':
      return createHash('sha1');
    case 'SHA256':
      return createHash('sha256');
    case 'CRC32':
      return crcOf32Bits((piece, previous) => crc32(piece, previous));
    case 'CRC32C':
      return crcOf32Bits(crc32c);
    case 'CRC64NVME':
      return crcOf64Bits();
  }
}

function crcOf32Bits(update: (piece: Uint8Array, previous: number) => number): RunningDigest {
  let crc = 0;
  return {
    update: (piece) => {
      crc = update(piece, crc);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc >>> 0);
      return bytes;
    },
  };
}

function crcOf64Bits(): RunningDigest {
  let crc = 0n;
  return {
    update: (piece) => {
      crc = crc64nvme(piece, crc);
    },
    digest: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(crc);
      return bytes;
    },
  };
}
