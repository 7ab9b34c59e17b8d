/** ListMultipartUploads (S3 API Reference). */
import type { ListedUploads } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { invalidArgument } from '../errors/index.ts';
import {
  boundedKey,
  commonPrefixes,
  delimiterElement,
  encodingElement,
  limitOf,
  listParameters,
} from '../objects/list-parameters.ts';
import type { S3Query } from '../s3-query.ts';
import type { Operation } from '../s3-request.ts';
import { element, optionalElement, type XmlElement } from '../xml/index.ts';
import { declaredElements } from './declared-checksum.ts';
import { ownerElement } from './owner-element.ts';
import { MAX_UPLOAD_ID_LENGTH, PAGE_ITEMS } from './upload-reference.ts';

export const listMultipartUploads: Operation = async (tools, request) => {
  const { asker, bucket, query } = request;
  const parameters = listParameters(query);
  const { prefix, delimiter, show } = parameters;
  const limit = limitOf(query, 'max-uploads', PAGE_ITEMS);
  const keyMarker = boundedKey(query, 'key-marker') ?? '';
  // Without a key, S3 does not look at the upload's.
  const uploadMarker = keyMarker === '' ? '' : uploadMarkerOf(query);
  const listed = await tools.master.multipart.list(asker, {
    namespace: '',
    bucket,
    prefix,
    delimiter,
    limit,
    ...(keyMarker !== '' && { after: keyMarker }),
    ...(uploadMarker !== '' && { afterUpload: uploadMarker }),
  });
  await answerXml(request, 'ListMultipartUploadsResult', [
    element('Bucket', bucket),
    element('KeyMarker', show(keyMarker)),
    element('UploadIdMarker', uploadMarker),
    optionalElement('NextKeyMarker', listed.next ? show(listed.next.after) : undefined),
    optionalElement('NextUploadIdMarker', listed.next?.afterUpload),
    element('Prefix', show(prefix)),
    delimiterElement(parameters),
    encodingElement(parameters),
    element('MaxUploads', limit),
    element('IsTruncated', listed.next !== null),
    ...listed.uploads.map((upload) => uploadElement(upload, show)),
    ...commonPrefixes(listed.prefixes, parameters),
  ]);
};

function uploadElement(
  { key, upload, initiatedAt, initiator, checksum }: ListedUploads['uploads'][number],
  show: (key: string) => string,
): XmlElement {
  return element('Upload', [
    element('Key', show(key)),
    element('UploadId', upload),
    ownerElement('Initiator', initiator),
    // Until it is completed, an upload is its initiator's.
    ownerElement('Owner', initiator),
    element('StorageClass', 'STANDARD'),
    element('Initiated', initiatedAt),
    ...declaredElements(checksum),
  ]);
}

/** @throws S3Error InvalidArgument */
function uploadMarkerOf(query: S3Query): string {
  const marker = query.get('upload-id-marker') ?? '';
  if (marker.length <= MAX_UPLOAD_ID_LENGTH) return marker;
  throw invalidArgument('upload-id-marker', marker.slice(0, MAX_UPLOAD_ID_LENGTH), 'Invalid uploadId marker');
}
