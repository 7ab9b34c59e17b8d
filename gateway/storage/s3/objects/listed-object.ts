/** How listings show one object (S3 API Reference, "Object" and "Owner"). */
import type { ListedObject, ListedVersion, Owner } from '../../../../common/filesystem/index.ts';
import { element, escapeXml, XmlElement } from '../xml/index.ts';

/**
 * All objects of a page. They are written out here and not put together of elements: of these there would be seven
 * thousand, and nearly all that a page costs.
 */
export function objectElements(
  objects: readonly ListedObject[],
  show: (key: string) => string,
  owner: Owner | undefined,
): XmlElement {
  const end = `${owner ? ownerElement(owner).markup : ''}<StorageClass>STANDARD</StorageClass></Contents>`;
  const dateOf = isoDates();
  let markup = '';
  for (const { key, modifiedAtMs, etag, checksum, size } of objects) {
    const kind = checksum ? checksumMarkup(checksum) : '';
    markup += `<Contents><Key>${escapeXml(show(key))}</Key><LastModified>${dateOf(modifiedAtMs)}</LastModified><ETag>&quot;${escapeXml(etag)}&quot;</ETag>${kind}<Size>${size}</Size>${end}`;
  }
  return new XmlElement(markup);
}

function checksumMarkup({ algorithm, type }: { algorithm: string; type: string }): string {
  return `<ChecksumAlgorithm>${algorithm}</ChecksumAlgorithm><ChecksumType>${type}</ChecksumType>`;
}

/** What is listed together was often written together: within a second, only the milliseconds differ. */
function isoDates(): (timeMs: number) => string {
  let second = Number.NaN;
  let text = '';
  return (timeMs) => {
    const present = Math.floor(timeMs / 1_000);
    if (present !== second) {
      second = present;
      text = new Date(present * 1_000).toISOString().slice(0, -'000Z'.length);
    }
    return `${text}${String(Math.floor(timeMs - present * 1_000)).padStart(3, '0')}Z`;
  };
}

export function checksumElements(checksum: ListedVersion['checksum']): (XmlElement | undefined)[] {
  return checksum ? [element('ChecksumAlgorithm', checksum.algorithm), element('ChecksumType', checksum.type)] : [];
}

export function ownerElement({ id, displayName }: Owner): XmlElement {
  return element('Owner', [element('ID', id), element('DisplayName', displayName)]);
}
