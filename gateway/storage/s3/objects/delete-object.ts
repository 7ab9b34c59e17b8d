/** DeleteObject (S3 API Reference). What is not there is deleted already. */
import type { OutgoingHttpHeaders } from 'node:http';
import { fromProblem, InternalError } from '../../../../common/errors/index.ts';
import { answerEmpty } from '../answer.ts';
import { invalidArgument } from '../errors/index.ts';
import type { Operation, S3Request } from '../s3-request.ts';
import { firstOf, quotedTags } from './conditions.ts';
import { versionOf } from './named-object.ts';

export const deleteObject: Operation = async (tools, request) => {
  const version = versionOf(request.query);
  const item = { key: request.key, ...(version !== undefined && { version }), ...deleteConditions(request) };
  const answers = await tools.master.objects.delete(request.asker, {
    namespace: '',
    bucket: request.bucket,
    items: [item],
  });
  const [answer] = answers;
  if (!answer) throw new InternalError('The filesystem master answered no deletion.');
  if (!answer.ok) throw fromProblem(answer.problem);
  const headers: OutgoingHttpHeaders = {};
  if (answer.value.isDeleteMarker) headers['x-amz-delete-marker'] = 'true';
  if (answer.value.versionId !== undefined) headers['x-amz-version-id'] = answer.value.versionId;
  await answerEmpty(request, { status: 204, headers });
};

/** `If-Match`, `x-amz-if-match-last-modified-time`, `x-amz-if-match-size`. @throws S3Error InvalidArgument */
function deleteConditions({ headers }: S3Request): {
  ifMatch?: string;
  ifMatchModifiedMs?: number;
  ifMatchSize?: number;
} {
  const ifMatch = quotedTags(headers['if-match']);
  const modified = firstOf(headers['x-amz-if-match-last-modified-time']);
  const size = firstOf(headers['x-amz-if-match-size']);
  return {
    ...(ifMatch !== undefined && { ifMatch }),
    ...(modified !== undefined && { ifMatchModifiedMs: modifiedMs('x-amz-if-match-last-modified-time', modified) }),
    ...(size !== undefined && { ifMatchSize: sizeBytes('x-amz-if-match-size', size) }),
  };
}

/** @throws S3Error InvalidArgument */
export function modifiedMs(name: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw invalidArgument(name, text, 'This is not a time.');
  return ms;
}

/** @throws S3Error InvalidArgument */
export function sizeBytes(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidArgument(name, text, 'This is not a number of bytes.');
}
