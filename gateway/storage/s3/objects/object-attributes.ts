/** GetObjectAttributes (S3 API Reference): what HEAD and ListParts say, in one answer. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Checksum, ObjectContent, ObjectPart } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { invalidArgument } from '../errors/index.ts';
import type { Operation } from '../s3-request.ts';
import { element, type XmlElement } from '../xml/index.ts';
import { objectNameOf, versionOf } from './named-object.ts';

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;
type Attribute = (typeof ATTRIBUTES)[number];
const MAX_PARTS = 1000;
const LAST_PART_NUMBER = 10_000;

export const getObjectAttributes: Operation = async (tools, request) => {
  const { headers } = request;
  const wanted = attributesOf(headers);
  const maxParts = numberOf(headers, 'x-amz-max-parts', MAX_PARTS, LAST_PART_NUMBER * 100);
  const marker = numberOf(headers, 'x-amz-part-number-marker', 0, LAST_PART_NUMBER * 100);
  const name = objectNameOf(request);
  const found = await tools.master.lookup(request.asker, name, versionOf(request.query), 'attributes');
  const { content } = found;
  const answered: OutgoingHttpHeaders = { 'last-modified': new Date(found.modifiedAt).toUTCString() };
  if (found.versionId !== undefined) answered['x-amz-version-id'] = found.versionId;
  await answerXml(
    request,
    'GetObjectAttributesResponse',
    [
      wanted.has('ETag') ? element('ETag', content.etag) : undefined,
      wanted.has('Checksum') && content.checksum ? checksumElement(content.checksum) : undefined,
      wanted.has('ObjectParts') && content.parts
        ? partsElement(content, content.parts, Math.min(maxParts, MAX_PARTS), marker)
        : undefined,
      wanted.has('StorageClass') ? element('StorageClass', 'STANDARD') : undefined,
      wanted.has('ObjectSize') ? element('ObjectSize', content.size) : undefined,
    ],
    { headers: answered },
  );
};

/** @throws S3Error InvalidArgument */
function attributesOf(headers: IncomingHttpHeaders): ReadonlySet<Attribute> {
  const header = headers['x-amz-object-attributes'];
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  const wanted = new Set<Attribute>();
  for (const given of text.split(',').map((word) => word.trim())) {
    const attribute = ATTRIBUTES.find((known) => known === given);
    if (!attribute) throw invalidArgument('x-amz-object-attributes', text, 'Invalid attribute name specified.');
    wanted.add(attribute);
  }
  return wanted;
}

/** @throws S3Error InvalidArgument */
function numberOf(headers: IncomingHttpHeaders, name: string, absent: number, most: number): number {
  const header = headers[name];
  if (header === undefined) return absent;
  const text = String(header);
  if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text);
  throw invalidArgument(name, text, `${name} must be an integer between 0 and ${most}.`);
}

function checksumElement({ algorithm, value, type }: Checksum): XmlElement {
  return element('Checksum', [element(`Checksum${algorithm}`, value), element('ChecksumType', type)]);
}

/** One by one, whether they have checksums or not: S3 leaves out those without, and who asks for parts has no other way to them. */
function partsElement(
  { checksum }: ObjectContent,
  parts: readonly ObjectPart[],
  limit: number,
  marker: number,
): XmlElement {
  const rest = parts.filter(({ part }) => part > marker);
  const page = rest.slice(0, limit);
  return element('ObjectParts', [
    element('PartsCount', parts.length),
    element('PartNumberMarker', marker),
    element('NextPartNumberMarker', page.at(-1)?.part ?? marker),
    element('MaxParts', limit),
    element('IsTruncated', rest.length > page.length),
    ...page.map((part) => partElement(part, checksum?.algorithm)),
  ]);
}

function partElement({ part, size, checksum }: ObjectPart, algorithm: Checksum['algorithm'] | undefined): XmlElement {
  return element('Part', [
    algorithm === undefined || checksum === undefined ? undefined : element(`Checksum${algorithm}`, checksum),
    element('PartNumber', part),
    element('Size', size),
  ]);
}
