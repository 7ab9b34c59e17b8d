/** Which bucket and key a request is about: path style (`s3.<domain>/bucket/key`) or virtual-host style (`bucket.s3.<domain>/key`). */
import { type BucketName, KEY_BYTES } from '../../../common/filesystem/index.ts';
import { S3Error } from './errors/index.ts';
import { decodeBytes } from './s3-query.ts';

export interface S3Address {
  /** `''` on the service itself. */
  bucket: string;
  /** `''` on a bucket. */
  key: string;
}

/** The host's part before the name of the door; `''` at the name itself, undefined at another host. */
export function bucketOfHost(host: string, names: readonly string[]): string | undefined {
  for (const name of names) {
    if (host === name) return '';
    if (host.endsWith(`.${name}`)) return host.slice(0, -name.length - 1);
  }
  return undefined;
}

/**
 * The path is taken exactly as it was sent: nothing is normalised, a plus is a plus (S3 API Reference, "Virtual hosting of
 * buckets"; User Guide, "Naming Amazon S3 objects"). A host of another name is path style.
 * @throws S3Error InvalidURI, KeyTooLongError
 */
export function addressOf(host: string, rawPath: string, names: readonly string[]): S3Address {
  const bucket = bucketOfHost(host, names);
  const path = rawPath.slice(1);
  if (bucket) return { bucket, key: decodeKey(path) };
  const slash = path.indexOf('/');
  if (slash < 0) return { bucket: decodeBytes(path), key: '' };
  if (slash === 0) throw new S3Error('InvalidBucketName');
  return { bucket: decodeBytes(path.slice(0, slash)), key: decodeKey(path.slice(slash + 1)) };
}

function decodeKey(raw: string): string {
  const key = decodeBytes(raw);
  if (key.length > KEY_BYTES || Buffer.byteLength(key) > KEY_BYTES) {
    throw new S3Error('KeyTooLongError', {
      elements: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(KEY_BYTES) },
    });
  }
  if (key.includes('\0')) throw new S3Error('InvalidURI');
  return key;
}

/** As calls to the master name it: whose it is, control finds out. */
export function s3Bucket(bucket: string): BucketName {
  return { namespace: '', bucket };
}
