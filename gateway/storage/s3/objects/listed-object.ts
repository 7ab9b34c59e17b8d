/** How listings show one object (S3 API Reference, "Object" and "Owner"). */
import type { ListedObject, Owner } from '../../../../common/filesystem/index.ts';
import { element, type XmlElement } from '../xml/index.ts';

export function objectElement(
  object: ListedObject,
  show: (key: string) => string,
  owner: Owner | undefined,
): XmlElement {
  return element('Contents', [
    element('Key', show(object.key)),
    element('LastModified', object.modifiedAt),
    element('ETag', `"${object.etag}"`),
    ...checksumElements(object.checksum),
    element('Size', object.size),
    owner && ownerElement(owner),
    element('StorageClass', 'STANDARD'),
  ]);
}

export function checksumElements(checksum: ListedObject['checksum']): (XmlElement | undefined)[] {
  return checksum ? [element('ChecksumAlgorithm', checksum.algorithm), element('ChecksumType', checksum.type)] : [];
}

export function ownerElement({ id, displayName }: Owner): XmlElement {
  return element('Owner', [element('ID', id), element('DisplayName', displayName)]);
}
