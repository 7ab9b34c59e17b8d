/** ListObjectsV2 (S3 API Reference): pages go on from an opaque token. */
import { unpackListed } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { invalidArgument } from '../errors/index.ts';
import type { Operation } from '../s3-request.ts';
import { element } from '../xml/index.ts';
import { continuationToken, readContinuationToken } from './continuation-token.ts';
import { boundedKey, commonPrefixes, delimiterElement, encodingElement, listParameters } from './list-parameters.ts';
import { objectElements } from './listed-object.ts';

export const listObjectsV2: Operation = async (tools, request) => {
  const { asker, bucket, query } = request;
  const type = query.get('list-type') ?? '';
  if (type !== '2') throw invalidArgument('list-type', type, 'Invalid List Type');
  const parameters = listParameters(query);
  const { prefix, delimiter, limit, show } = parameters;
  const startAfter = boundedKey(query, 'start-after');
  const token = query.get('continuation-token');
  const after = token ? readContinuationToken(bucket, token) : (startAfter ?? '');
  const page = await tools.master.objects.list(asker, {
    namespace: '',
    bucket,
    prefix,
    delimiter,
    limit,
    ...(after !== '' && { after }),
  });
  const objects = unpackListed(page.objects);
  const owner = query.get('fetch-owner') === 'true' ? page.owner : undefined;
  await answerXml(request, 'ListBucketResult', [
    element('Name', bucket),
    element('Prefix', show(prefix)),
    token === undefined ? undefined : element('ContinuationToken', token),
    page.next === null ? undefined : element('NextContinuationToken', continuationToken(bucket, page.next)),
    startAfter === undefined ? undefined : element('StartAfter', show(startAfter)),
    element('KeyCount', objects.length + page.prefixes.length),
    element('MaxKeys', limit),
    delimiterElement(parameters),
    element('IsTruncated', page.next !== null),
    encodingElement(parameters),
    objectElements(objects, show, owner),
    ...commonPrefixes(page.prefixes, parameters),
  ]);
};
