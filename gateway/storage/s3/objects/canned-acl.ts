/**
 * Access to objects is the bucket's: its visibility, its policy, and roles. Of S3's canned ACLs those are taken which say
 * just what holds anyway; a wider or narrower one is refused rather than ignored (S3 API Reference, "x-amz-acl").
 */
import { S3Error } from '../errors/index.ts';
import type { S3Request, S3Tools } from '../s3-request.ts';
import { objectNameOf } from './named-object.ts';

const OWNERS = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read']);
const KNOWN = new Set([...OWNERS, 'public-read', 'public-read-write', 'authenticated-read', 'aws-exec-read']);
const GRANTS = ['full-control', 'read', 'read-acp', 'write', 'write-acp'].map((grant) => `x-amz-grant-${grant}`);

/** @throws S3Error InvalidArgument, AccessControlListNotSupported, NotImplemented; AppError for who may not write anyway. */
export async function checkCannedAcl(tools: S3Tools, request: S3Request): Promise<void> {
  const { headers, bucket, asker } = request;
  const acl = headers['x-amz-acl'];
  const grant = GRANTS.find((name) => headers[name] !== undefined);
  if (grant !== undefined) throw notImplemented(`Grants (${grant})`);
  if (acl === undefined || OWNERS.has(String(acl))) return;
  if (!KNOWN.has(String(acl))) {
    throw new S3Error('InvalidArgument', { elements: { ArgumentName: 'x-amz-acl', ArgumentValue: String(acl) } });
  }
  // A policy may forbid just this header: who is denied is told that.
  await tools.master.authorize(asker, 'write', objectNameOf(request));
  const { visibility, ownership } = await tools.master.buckets.rules(asker, { namespace: '', bucket });
  if (ownership === 'BucketOwnerEnforced') throw new S3Error('AccessControlListNotSupported');
  if (acl !== 'public-read') throw notImplemented(`The ACL ${acl}`);
  if (visibility === 'private') throw notImplemented('A public object in a private bucket');
}

export function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', {
    message: `${what} is not supported: who may read an object is said of its bucket (visibility, policy).`,
  });
}
