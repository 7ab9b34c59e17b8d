/**
 * GetObjectAcl and PutObjectAcl (S3 API Reference). Who may read an object is said of its bucket, so an object's ACL is what
 * follows from that; setting just that is no change, and anything else is refused instead of being ignored.
 */
import { answerEmpty, answerXml } from '../answer.ts';
import { readDocumentBytes } from '../read-body.ts';
import type { Operation, S3Request, S3Tools } from '../s3-request.ts';
import { type AccessControl, accessControlElements, readAccessControl } from './access-control.ts';
import { checkCannedAcl, notImplemented } from './canned-acl.ts';
import { objectNameOf, versionOf } from './named-object.ts';

export const getObjectAcl: Operation = async (tools, request) => {
  const access = await accessOf(tools, request);
  await answerXml(request, 'AccessControlPolicy', accessControlElements(access));
};

export const putObjectAcl: Operation = async (tools, request) => {
  await checkCannedAcl(tools, request);
  const present = await accessOf(tools, request);
  await tools.master.authorize(request.asker, 'write', objectNameOf(request));
  if (request.headers['x-amz-acl'] === undefined) {
    const wanted = readAccessControl(await readDocumentBytes(request));
    const isPresent = wanted.isOfOwnersOnly || (wanted.isPublicRead && present.isPublic);
    if (!isPresent) throw notImplemented('These grants');
  }
  await answerEmpty(request);
};

/** @throws AppError when there is no such object, or the caller may not see it. */
async function accessOf({ master }: S3Tools, request: S3Request): Promise<AccessControl> {
  const { asker, bucket, query } = request;
  await master.lookup(asker, objectNameOf(request), versionOf(query), 'acl');
  const { owner, visibility } = await master.buckets.inspect(asker, { namespace: '', bucket });
  return { owner, isPublic: visibility !== 'private' };
}
