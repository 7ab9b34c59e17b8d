/** AbortMultipartUpload (S3 API Reference): the space of its parts is given back. */
import { answerEmpty } from '../answer.ts';
import type { Operation } from '../s3-request.ts';
import { uploadOf } from './upload-reference.ts';

export const abortMultipartUpload: Operation = async (tools, request) => {
  await tools.master.multipart.abort(request.asker, uploadOf(request));
  await answerEmpty(request, { status: 204 });
};
