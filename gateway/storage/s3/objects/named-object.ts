import type { ObjectName } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import type { S3Query } from '../s3-query.ts';
import type { S3Request } from '../s3-request.ts';

const MAX_VERSION_LENGTH = 64;

/** In S3 a bucket has no namespace: control finds the one that is meant. */
export function objectNameOf({ bucket, key }: Pick<S3Request, 'bucket' | 'key'>): ObjectName {
  return { namespace: '', bucket, key };
}

/** `?versionId=`; undefined for whichever is current. @throws S3Error InvalidArgument */
export function versionOf(query: S3Query): string | undefined {
  const version = query.get('versionId');
  return version === undefined ? undefined : checkedVersion(version);
}

/** @throws S3Error InvalidArgument when no version can have that id. */
export function checkedVersion(version: string): string {
  if (version === '') throw invalidArgument('versionId', '', 'Version id cannot be the empty string');
  if (version.length <= MAX_VERSION_LENGTH) return version;
  throw invalidArgument('versionId', version.slice(0, 256), 'Invalid version id specified');
}

/** Objects of more bytes come in parts (Amazon S3 User Guide, "Uploading objects"). */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

export function entityTooLarge(size: number): S3Error {
  return new S3Error('EntityTooLarge', {
    elements: { ProposedSize: String(size), MaxSizeAllowed: String(MAX_PUT_BYTES) },
  });
}
