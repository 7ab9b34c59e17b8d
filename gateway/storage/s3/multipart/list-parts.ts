/** ListParts (S3 API Reference). */
import type { ListedParts } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { limitOf } from '../objects/list-parameters.ts';
import type { Operation } from '../s3-request.ts';
import { element, optionalElement, type XmlElement } from '../xml/index.ts';
import { checksumElement, declaredElements } from './declared-checksum.ts';
import { ownerElement } from './owner-element.ts';
import { PAGE_ITEMS, partMarker, uploadOf } from './upload-reference.ts';

export const listParts: Operation = async (tools, request) => {
  const { asker, bucket, key, query } = request;
  const { name, upload } = uploadOf(request);
  const limit = limitOf(query, 'max-parts', PAGE_ITEMS);
  const after = partMarker(query);
  const listed = await tools.master.multipart.listParts(asker, { name, upload, after, limit });
  await answerXml(request, 'ListPartsResult', [
    element('Bucket', bucket),
    element('Key', key),
    element('UploadId', upload),
    ownerElement('Initiator', listed.initiator),
    ownerElement('Owner', listed.owner),
    element('StorageClass', 'STANDARD'),
    element('PartNumberMarker', after),
    optionalElement('NextPartNumberMarker', listed.parts.at(-1)?.part),
    element('MaxParts', limit),
    element('IsTruncated', listed.next !== null),
    ...declaredElements(listed.checksum),
    ...listed.parts.map((part) => partElement(part, listed.checksum)),
  ]);
};

function partElement(
  { part, size, etag, modifiedAt, checksum }: ListedParts['parts'][number],
  declared: ListedParts['checksum'],
): XmlElement {
  return element('Part', [
    element('PartNumber', part),
    element('LastModified', modifiedAt),
    element('ETag', `"${etag}"`),
    element('Size', size),
    declared && checksumElement(declared.algorithm, checksum),
  ]);
}
