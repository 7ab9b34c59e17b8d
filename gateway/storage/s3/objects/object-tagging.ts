/** GetObjectTagging, PutObjectTagging, DeleteObjectTagging (S3 API Reference). */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Tags } from '../../../../common/filesystem/index.ts';
import { answerEmpty, answerXml } from '../answer.ts';
import { readDocumentBytes } from '../read-body.ts';
import type { Operation } from '../s3-request.ts';
import { element, many, node, one, readDocument, text } from '../xml/index.ts';
import { objectNameOf, versionOf } from './named-object.ts';
import { checkedTags } from './tag-rules.ts';

const tagging = node({ TagSet: one(node({ Tag: many(node({ Key: one(text), Value: one(text) })) })) });

export const getObjectTagging: Operation = async (tools, request) => {
  const found = await tools.master.lookup(request.asker, objectNameOf(request), versionOf(request.query), 'tags');
  const tags = Object.entries(found.content.tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const set = tags.map(([key, value]) => element('Tag', [element('Key', key), element('Value', value)]));
  await answerXml(request, 'Tagging', [element('TagSet', set)], { headers: versionHeaders(found.versionId) });
};

export const putObjectTagging: Operation = async (tools, request) => {
  const version = versionOf(request.query);
  const tags = readTagging(await readDocumentBytes(request));
  const changed = await tools.master.objects.setTags(request.asker, {
    name: objectNameOf(request),
    ...(version !== undefined && { version }),
    tags,
  });
  await answerEmpty(request, { headers: versionHeaders(changed.versionId) });
};

export const deleteObjectTagging: Operation = async (tools, request) => {
  const version = versionOf(request.query);
  const changed = await tools.master.objects.setTags(request.asker, {
    name: objectNameOf(request),
    ...(version !== undefined && { version }),
    tags: null,
  });
  await answerEmpty(request, { status: 204, headers: versionHeaders(changed.versionId) });
};

/** `<Tagging>`, as forms have it in a field as well. @throws S3Error MalformedXML, InvalidTag */
export function readTagging(bytes: Uint8Array): Tags {
  const { TagSet } = readDocument(bytes, 'Tagging', tagging);
  return checkedTags(TagSet.Tag.map(({ Key, Value }) => [Key, Value]));
}

function versionHeaders(versionId: string | undefined): OutgoingHttpHeaders {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}
