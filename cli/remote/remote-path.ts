/**
 * Where an object is, as people write it: `[namespace:]bucket[/key]`. A colon counts only before the first slash, so
 * that keys may have some.
 */
import { UsageError } from '../command/exit-code.ts';

export interface RemotePath {
  /** Undefined: the default one. */
  readonly namespace: string | undefined;
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly key: string;
}

/** An object's name with nothing left open. */
export interface ObjectAddress {
  readonly namespace: string;
  readonly bucket: string;
  readonly key: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]*$/;

/** @throws UsageError that says what a remote path looks like. */
export function parseRemotePath(text: string): RemotePath {
  const slash = text.indexOf('/');
  const place = slash === -1 ? text : text.slice(0, slash);
  const key = slash === -1 ? '' : text.slice(slash + 1);
  const colon = place.indexOf(':');
  const namespace = colon === -1 ? undefined : place.slice(0, colon);
  const bucket = place.slice(colon + 1);
  if (namespace === '' || !BUCKET.test(bucket)) {
    throw new UsageError(`'${text}' is not a remote path; write BUCKET/KEY or NAMESPACE:BUCKET/KEY.`);
  }
  return { namespace, bucket, key };
}

/** @throws UsageError when it names a bucket or a folder. */
export function parseObjectPath(text: string): RemotePath {
  const path = parseRemotePath(text);
  if (path.key === '' || path.key.endsWith('/')) throw new UsageError(`'${text}' names no object; write BUCKET/KEY.`);
  return path;
}

/** @throws UsageError when it names more than a bucket. */
export function parseBucketPath(text: string): RemotePath {
  const path = parseRemotePath(text);
  if (path.key !== '') throw new UsageError(`'${text}' names more than a bucket; write BUCKET or NAMESPACE:BUCKET.`);
  return path;
}

export function formatRemotePath(path: RemotePath): string {
  const place = path.namespace === undefined ? path.bucket : `${path.namespace}:${path.bucket}`;
  return path.key === '' ? place : `${place}/${path.key}`;
}

/** `/api/storage/objects/home/photos/2026/a%20b.jpg`: each segment encoded, slashes as they are. */
export function objectUrlPath({ namespace, bucket, key }: ObjectAddress): string {
  return `/api/storage/objects/${[namespace, bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`;
}

/** The last segment, as `basename` gives it: `b` of `a/b`, `b` of `a/b/`. */
export function baseName(key: string): string {
  return key.replace(/\/+$/, '').split('/').at(-1) ?? '';
}
