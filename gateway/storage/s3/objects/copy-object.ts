/** CopyObject (S3 API Reference): by name; the copy shares the bytes, so none is moved. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Tags } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import type { Operation, S3Request } from '../s3-request.ts';
import { element } from '../xml/index.ts';
import { checkCannedAcl } from './canned-acl.ts';
import { firstOf, sourceConditions, writeConditions } from './conditions.ts';
import { type CopySource, copySourceOf } from './copy-source.ts';
import { checkStorageClass, describedObject } from './described-object.ts';
import { objectNameOf } from './named-object.ts';
import { expirationHeaders } from './object-answer.ts';

export const copyObject: Operation = async (tools, request) => {
  const { asker, headers } = request;
  const source = copySourceOf(String(headers['x-amz-copy-source']));
  checkStorageClass(headers);
  const replacement = replacementOf(headers);
  if (isOntoItself(request, source) && !replacement.replace) throw ontoItself();
  await checkCannedAcl(tools, request);
  const copied = await tools.master.objects.copy(asker, {
    from: source.name,
    ...(source.version !== undefined && { fromVersion: source.version }),
    to: objectNameOf(request),
    sourceConditions: sourceConditions(headers),
    preconditions: writeConditions(headers),
    ...replacement,
  });
  const answered: OutgoingHttpHeaders = expirationHeaders(copied.expiration);
  if (copied.sourceVersionId !== undefined) answered['x-amz-copy-source-version-id'] = copied.sourceVersionId;
  if (copied.versionId !== undefined) answered['x-amz-version-id'] = copied.versionId;
  await answerXml(
    request,
    'CopyObjectResult',
    [element('LastModified', copied.modifiedAt), element('ETag', `"${copied.etag}"`)],
    { headers: answered },
  );
};

interface Replacement {
  replace?: { contentType: string; headers: Record<string, string>; redirect?: string };
  tags?: Tags;
}

/** Metadata and tags are the source's unless their directives say otherwise. @throws S3Error InvalidArgument */
function replacementOf(headers: IncomingHttpHeaders): Replacement {
  const isReplaced = directiveOf(headers, 'x-amz-metadata-directive');
  const isRetagged = directiveOf(headers, 'x-amz-tagging-directive');
  const { tags, redirect, ...content } = describedObject(headers);
  return {
    ...(isReplaced && { replace: { ...content, ...(redirect !== undefined && { redirect }) } }),
    ...(isRetagged && { tags: tags ?? {} }),
  };
}

function directiveOf(headers: IncomingHttpHeaders, name: string): boolean {
  const directive = firstOf(headers[name]);
  if (directive === undefined || directive === 'COPY') return false;
  if (directive === 'REPLACE') return true;
  throw invalidArgument(
    name,
    directive,
    `Unknown ${name === 'x-amz-tagging-directive' ? 'tagging' : 'metadata'} directive.`,
  );
}

/** An old version may be copied onto the present one: that is how it is brought back. */
function isOntoItself({ bucket, key }: S3Request, { name, version }: CopySource): boolean {
  return version === undefined && name.bucket === bucket && name.key === key;
}

function ontoItself(): S3Error {
  return new S3Error('InvalidRequest', {
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  });
}
