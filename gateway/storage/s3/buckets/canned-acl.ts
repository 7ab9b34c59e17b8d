/** Canned ACLs, as far as visibility says the same (S3 User Guide, "Canned ACL"). */
import type { Visibility } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';

const VISIBILITY: Readonly<Record<string, Visibility>> = {
  private: 'private',
  'public-read': 'public',
  // Of buckets, the owner of the bucket reads and controls all anyway.
  'bucket-owner-read': 'private',
  'bucket-owner-full-control': 'private',
};
const OTHER_ACLS: ReadonlySet<string> = new Set([
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'log-delivery-write',
]);

/** By `x-amz-acl`; undefined without one. @throws S3Error NotImplemented, InvalidArgument */
export function visibilityOf(acl: string | string[] | undefined): Visibility | undefined {
  if (acl === undefined) return undefined;
  const visibility = typeof acl === 'string' ? VISIBILITY[acl] : undefined;
  if (visibility) return visibility;
  if (!OTHER_ACLS.has(String(acl))) throw invalidArgument('x-amz-acl', String(acl), '');
  throw new S3Error('NotImplemented', {
    message: `The canned ACL ${String(acl)} is not implemented: use private or public-read, or a bucket policy.`,
  });
}
