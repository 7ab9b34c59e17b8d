/** PutObject (S3 API Reference): stored as its bytes come, committed when all that was said of them proved true. */
import type { OutgoingHttpHeaders } from 'node:http';
import { AppError } from '../../../../common/errors/index.ts';
import { type Checksum, SMALL_OBJECT_BYTES, type Tags } from '../../../../common/filesystem/index.ts';
import { type StoredObject, storeObject } from '../../objects/store-object.ts';
import { answerEmpty } from '../answer.ts';
import { S3Error } from '../errors/index.ts';
import type { Operation, S3Body, S3Request, S3Tools } from '../s3-request.ts';
import { checkCannedAcl } from './canned-acl.ts';
import { writeConditions } from './conditions.ts';
import { describedObject } from './described-object.ts';
import { entityTooLarge, MAX_PUT_BYTES, objectNameOf } from './named-object.ts';
import { checksumHeaders, expirationHeaders } from './object-answer.ts';

export const putObject: Operation = async (tools, request) => {
  const { asker, headers } = request;
  const name = objectNameOf(request);
  const described = describedObject(headers);
  const preconditions = writeConditions(headers);
  await checkCannedAcl(tools, request);
  const body = request.body();
  const size = sizeOf(body);
  await admit(tools, request, size, described.tags);
  const stored = await storeObject(tools, {
    asker,
    name,
    ...described,
    preconditions,
    body: body.stream,
    size,
    verified: { endsItself: true, arrived: body.arrived, digest: () => fingerprintOf(body) },
    signal: request.exchange.signal,
  }).catch(refuseWrite);
  await answerEmpty(request, { headers: storedHeaders(stored) });
};

/** @throws S3Error MissingContentLength, EntityTooLarge */
export function sizeOf({ size }: Pick<S3Body, 'size'>): number {
  if (size === undefined) throw new S3Error('MissingContentLength');
  if (size > MAX_PUT_BYTES) throw entityTooLarge(size);
  return size;
}

/**
 * Who may not write is refused before the body comes, and who is over quota as well. A small body is here already, unless its
 * sender waits to be invited: it is cheaper to store it than to ask, since commit asks anyway. Nobody knows the anonymous,
 * whose refused bytes would fill the disks until they are collected: they are always asked for.
 */
export async function admit(
  tools: { master: Pick<S3Tools['master'], 'authorize'> },
  request: Pick<S3Request, 'asker' | 'bucket' | 'headers' | 'key'>,
  size: number,
  tags?: Tags,
): Promise<void> {
  const { asker, headers } = request;
  const isTrusted = headers.expect === undefined && asker.credential.kind !== 'anonymous';
  if (isTrusted && size <= SMALL_OBJECT_BYTES) return;
  await tools.master.authorize(asker, 'write', objectNameOf(request), size, tags);
}

/** The body's ETag and checksum, once its stream has ended. */
export function fingerprintOf(body: S3Body): { etag: string; checksum?: Checksum } {
  const { md5, checksum } = body.digests();
  return { etag: md5, ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' as const } }) };
}

export function storedHeaders({ etag, versionId, checksum, expiration }: StoredObject): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {
    etag: `"${etag}"`,
    ...checksumHeaders(checksum),
    ...expirationHeaders(expiration),
  };
  if (versionId !== undefined) headers['x-amz-version-id'] = versionId;
  return headers;
}

/**
 * If-Match on what is not there is NoSuchKey, and not PreconditionFailed as elsewhere (Amazon S3 User Guide, "How to prevent
 * object overwrites with conditional writes").
 */
export function refuseWrite(error: unknown): never {
  const isAbsent =
    error instanceof AppError && error.code === 'precondition-failed' && error.fields?.object === 'absent';
  throw isAbsent ? new S3Error('NoSuchKey', { cause: error }) : error;
}
