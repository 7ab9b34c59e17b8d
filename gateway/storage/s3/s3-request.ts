/** One S3 request as operations see it: addressed, its signature verified, its query decoded, its body not yet read. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Checksum } from '../../../common/filesystem/index.ts';
import type { RawExchange } from '../../routing/index.ts';
import type { Asker } from '../master/master-client.ts';
import type { StorageTools } from '../storage-routes.ts';
import type { Authenticator } from './auth/index.ts';
import type { DigestThread } from './body/index.ts';
import type { BucketRulesCache } from './bucket-rules.ts';
import type { S3Query } from './s3-query.ts';

/**
 * The decoded body. The stream ends well only when its length, chunk signatures and checksums were right, and fails with an
 * `S3Error` otherwise: whoever commits what it gave only after its end commits nothing wrong.
 */
export interface S3Body {
  readonly stream: Readable;
  /** Bytes of the decoded body, when announced. */
  readonly size: number | undefined;
  /** The whole body, verified, when it is small and here already; then the stream is not read. */
  arrived(): Buffer<ArrayBuffer> | undefined;
  /** Once the stream has ended, or `arrived` has given all. */
  digests(): S3Digests;
}

export interface S3Digests {
  /** In hex; of every body. */
  md5: string;
  /** The one that the caller sent along, or asked for by `options.checksum`. */
  checksum: Pick<Checksum, 'algorithm' | 'value'> | undefined;
}

export interface S3BodyOptions {
  /** Computed also when the caller sends none. */
  checksum?: Checksum['algorithm'];
  /** `x-amz-checksum-…` is about an object, not about this body (CompleteMultipartUpload): it is not compared. */
  checksumHeadersAreOfObject?: boolean;
}

export interface S3Request {
  readonly exchange: RawExchange;
  readonly method: string;
  /** For the master's calls; anonymous when nothing was signed. */
  readonly asker: Asker;
  /** `''` on the service itself. */
  readonly bucket: string;
  /** `''` on a bucket. Exactly as it was sent: 1 to 1024 bytes of UTF-8. */
  readonly key: string;
  readonly query: S3Query;
  readonly headers: IncomingHttpHeaders;
  /** Begins the body; `100 Continue` goes out when its stream is first read. Called once. */
  body(options?: S3BodyOptions): S3Body;
}

export interface S3Settings {
  /** The one region there is. */
  region: string;
  /** `s3.<domain>`: for URLs in answers. */
  host: string;
  rules: BucketRulesCache;
  authenticator: Authenticator;
  /** For bodies that operations open themselves. */
  digestThread: DigestThread;
}

export type S3Tools = StorageTools & { s3: S3Settings };

/** Answers the request whole, or throws an `S3Error` or `AppError` before the head is sent. */
export type Operation = (tools: S3Tools, request: S3Request) => Promise<void>;
