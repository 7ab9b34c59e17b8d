/** ListObjectVersions (S3 API Reference): every version and delete marker, by key, the newest first. */
import type { ListedVersion, Owner } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { invalidArgument } from '../errors/index.ts';
import type { Operation } from '../s3-request.ts';
import { element, type XmlElement } from '../xml/index.ts';
import { boundedKey, commonPrefixes, delimiterElement, encodingElement, listParameters } from './list-parameters.ts';
import { checksumElements, ownerElement } from './listed-object.ts';
import { checkedVersion } from './named-object.ts';

export const listObjectVersions: Operation = async (tools, request) => {
  const { asker, bucket, query } = request;
  const parameters = listParameters(query);
  const { prefix, delimiter, limit, show } = parameters;
  const keyMarker = boundedKey(query, 'key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  if (versionMarker !== '' && keyMarker === '') {
    throw invalidArgument(
      'version-id-marker',
      versionMarker,
      'A version-id marker cannot be specified without a key marker.',
    );
  }
  const page = await tools.master.objects.listVersions(asker, {
    namespace: '',
    bucket,
    prefix,
    delimiter,
    limit,
    ...(keyMarker !== '' && { after: keyMarker }),
    ...(versionMarker !== '' && { afterVersion: checkedVersion(versionMarker) }),
  });
  const { next } = page;
  await answerXml(request, 'ListVersionsResult', [
    element('Name', bucket),
    element('Prefix', show(prefix)),
    element('KeyMarker', show(keyMarker)),
    element('VersionIdMarker', versionMarker),
    next === null ? undefined : element('NextKeyMarker', show(next.after)),
    next?.afterVersion ? element('NextVersionIdMarker', next.afterVersion) : undefined,
    element('MaxKeys', limit),
    delimiterElement(parameters),
    element('IsTruncated', next !== null),
    encodingElement(parameters),
    ...page.versions.map((version) => versionElement(version, show, page.owner)),
    ...commonPrefixes(page.prefixes, parameters),
  ]);
};

function versionElement(version: ListedVersion, show: (key: string) => string, owner: Owner): XmlElement {
  const { isDeleteMarker } = version;
  return element(isDeleteMarker ? 'DeleteMarker' : 'Version', [
    element('Key', show(version.key)),
    element('VersionId', version.versionId),
    element('IsLatest', version.isLatest),
    element('LastModified', version.modifiedAt),
    ...(isDeleteMarker ? [] : contentElements(version)),
    ownerElement(owner),
  ]);
}

function contentElements({ etag, size, checksum }: ListedVersion): (XmlElement | undefined)[] {
  return [
    element('ETag', `"${etag}"`),
    ...checksumElements(checksum),
    element('Size', size),
    element('StorageClass', 'STANDARD'),
  ];
}
