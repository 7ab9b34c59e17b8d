/** DeleteObjects (S3 API Reference): up to 1,000 at once, each answered on its own. */
import { z } from 'zod';
import { fromProblem } from '../../../../common/errors/index.ts';
import { type Answer, type Deleted, KEY_BYTES } from '../../../../common/filesystem/index.ts';
import { answerXml } from '../answer.ts';
import { S3Error, toS3Error } from '../errors/index.ts';
import { readDocumentBytes } from '../read-body.ts';
import type { Operation } from '../s3-request.ts';
import { boolean, element, maybe, node, one, readDocument, text, word, type XmlElement } from '../xml/index.ts';
import { quotedTags } from './conditions.ts';
import { modifiedMs, sizeBytes } from './delete-object.ts';
import { checkedVersion } from './named-object.ts';

const MAX_ITEMS = 1000;

const deletion = node({
  Object: z
    .array(
      node({
        Key: one(text),
        VersionId: maybe(word),
        ETag: maybe(word),
        LastModifiedTime: maybe(word),
        Size: maybe(word),
      }),
    )
    .min(1)
    .max(MAX_ITEMS),
  Quiet: maybe(boolean),
});
type Item = z.output<typeof deletion>['Object'][number];
type Question = { key: string; version?: string; ifMatch?: string; ifMatchModifiedMs?: number; ifMatchSize?: number };
type Outcome = { item: Item; answer: Answer<Deleted> | S3Error };

export const deleteObjects: Operation = async (tools, request) => {
  const { asker, bucket } = request;
  requireIntegrity(request.headers);
  const document = readDocument(await readDocumentBytes(request), 'Delete', deletion);
  const asked = document.Object.map((item) => ({ item, question: questionOf(item) }));
  const items = asked.flatMap(({ question }) => (question instanceof S3Error ? [] : [question]));
  // Where none can be asked, each is refused for what is wrong with it: nothing is told of the bucket.
  const answers = items.length === 0 ? [] : await tools.master.objects.delete(asker, { namespace: '', bucket, items });
  let next = 0;
  const outcomes = asked.map(({ item, question }): Outcome => {
    if (question instanceof S3Error) return { item, answer: question };
    const answer = answers[next];
    next += 1;
    return { item, answer: answer ?? new S3Error('InternalError') };
  });
  await answerXml(
    request,
    'DeleteResult',
    outcomes.map((outcome) => outcomeElement(outcome, document.Quiet ?? false)),
  );
};

/** A batch of deletions that was damaged on its way would delete the wrong objects: S3 takes none without a checksum. */
function requireIntegrity(headers: Record<string, unknown>): void {
  const isChecked = Object.keys(headers).some(
    (name) => name === 'content-md5' || name === 'x-amz-trailer' || name.startsWith('x-amz-checksum-'),
  );
  if (isChecked) return;
  throw new S3Error('InvalidRequest', {
    message: 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
  });
}

/** What cannot be asked is the answer to that item alone. */
function questionOf(item: Item): Question | S3Error {
  const { Key: key, VersionId: version, ETag: etag, LastModifiedTime: modified, Size: size } = item;
  if (key === '') return new S3Error('UserKeyMustBeSpecified');
  if (Buffer.byteLength(key) > KEY_BYTES) return new S3Error('KeyTooLongError');
  const ifMatch = quotedTags(etag);
  try {
    return {
      key,
      // An empty element is none: some clients write one.
      ...(version !== undefined && version !== '' && { version: checkedVersion(version) }),
      ...(ifMatch !== undefined && { ifMatch }),
      ...(modified !== undefined && { ifMatchModifiedMs: modifiedMs('LastModifiedTime', modified) }),
      ...(size !== undefined && { ifMatchSize: sizeBytes('Size', size) }),
    };
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}

function outcomeElement({ item, answer }: Outcome, isQuiet: boolean): XmlElement | undefined {
  const { Key: key, VersionId: version } = item;
  const named = [element('Key', key), version ? element('VersionId', version) : undefined];
  if (answer instanceof S3Error || !answer.ok) {
    const { code, message } = answer instanceof S3Error ? answer : toS3Error(fromProblem(answer.problem));
    return element('Error', [...named, element('Code', code), element('Message', message)]);
  }
  if (isQuiet) return undefined;
  const { isDeleteMarker, versionId } = answer.value;
  if (!isDeleteMarker) return element('Deleted', named);
  return element('Deleted', [
    ...named,
    element('DeleteMarker', true),
    versionId === undefined ? undefined : element('DeleteMarkerVersionId', versionId),
  ]);
}
