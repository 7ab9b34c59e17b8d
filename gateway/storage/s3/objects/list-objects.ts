/** ListObjects, the first version (S3 API Reference): pages go on from the last key or common prefix. */
import { unpackListed } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import type { Operation } from '../s3-request.ts';
import { element, encodeForDecodersOnly } from '../xml/index.ts';
import { boundedKey, commonPrefixes, delimiterElement, encodingElement, listParameters } from './list-parameters.ts';
import { objectElements } from './listed-object.ts';

export const listObjects: Operation = async (tools, request) => {
  const { asker, bucket, query } = request;
  const parameters = listParameters(query);
  const { prefix, delimiter, limit, show, encodingType } = parameters;
  const marker = boundedKey(query, 'marker') ?? '';
  const page = await tools.master.objects.list(asker, {
    namespace: '',
    bucket,
    prefix,
    delimiter,
    limit,
    ...(marker !== '' && { after: marker }),
  });
  const objects = unpackListed(page.objects);
  await answerXml(request, 'ListBucketResult', [
    element('Name', bucket),
    element('Prefix', encodingType === 'url' ? encodeForDecodersOnly(prefix) : prefix),
    element('Marker', show(marker)),
    // Without a delimiter the last key is the next marker, and S3 does not say it twice.
    page.next !== null && delimiter !== '' ? element('NextMarker', show(page.next)) : undefined,
    element('MaxKeys', limit),
    delimiterElement(parameters),
    element('IsTruncated', page.next !== null),
    encodingElement(parameters),
    objectElements(objects, show, page.owner),
    ...commonPrefixes(page.prefixes, parameters),
  ]);
};
