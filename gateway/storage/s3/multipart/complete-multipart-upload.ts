/** CompleteMultipartUpload (S3 API Reference): nothing is copied, so the answer comes at once. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { AppError } from '../../../../common/errors/index.ts';
import { CHECKSUM_ALGORITHMS, type Completed, MAX_PARTS } from '../../../../common/filesystem/index.ts';
import type { MultipartComplete } from '../../master/multipart-calls.ts';
import { answerXml } from '../answer.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { writeConditions } from '../objects/conditions.ts';
import { expirationHeaders } from '../objects/object-answer.ts';
import { refuseWrite } from '../objects/put-object.ts';
import { readDocumentBytes } from '../read-body.ts';
import type { Operation, S3Request, S3Tools } from '../s3-request.ts';
import { element, integer, many, maybe, node, one, readDocument, urlEncodeKey, word } from '../xml/index.ts';
import { announcedChecksum, checksumElement } from './declared-checksum.ts';
import { uploadOf } from './upload-reference.ts';

/** 10,000 parts with a checksum each, generously indented. */
const DOCUMENT_BYTES = 4 * 1024 * 1024;

const partShape = node({
  PartNumber: one(integer),
  ETag: one(word),
  ChecksumCRC32: maybe(word),
  ChecksumCRC32C: maybe(word),
  ChecksumCRC64NVME: maybe(word),
  ChecksumSHA1: maybe(word),
  ChecksumSHA256: maybe(word),
});
const completion = node({ Part: many(partShape) });

export const completeMultipartUpload: Operation = async (tools, request) => {
  const { asker, headers } = request;
  const reference = uploadOf(request);
  const checksum = announcedChecksum(headers);
  const size = announcedObjectSize(headers);
  const preconditions = writeConditions(headers);
  const bytes = await readDocumentBytes(request, DOCUMENT_BYTES, { checksumHeadersAreOfObject: true });
  const parts = namedParts(bytes);
  await checkType(tools, request, checksum?.algorithm);
  const completed = await tools.master.multipart
    .complete(asker, {
      ...reference,
      parts,
      ...(checksum && { checksum: checksum.value }),
      ...(size !== undefined && { size }),
      preconditions,
    })
    .catch(refuseWrite);
  await answerXml(request, 'CompleteMultipartUploadResult', resultElements(tools, request, completed), {
    headers: { ...versionHeader(completed), ...expirationHeaders(completed.expiration) },
  });
};

/** @throws S3Error MalformedXML, InvalidArgument */
export function namedParts(document: Uint8Array): MultipartComplete['parts'] {
  const { Part: listed } = readDocument(document, ['CompleteMultipartUpload', 'MultipartUpload'], completion);
  if (listed.length === 0) throw new S3Error('MalformedXML');
  if (listed.length > MAX_PARTS)
    throw new S3Error('MalformedXML', { message: `An object has at most ${MAX_PARTS} parts.` });
  return listed.map((part) => {
    const { PartNumber: number, ETag: etag } = part;
    if (number < 1 || number > MAX_PARTS) {
      throw invalidArgument(
        'PartNumber',
        String(number),
        `PartNumber must be an integer between 1 and ${MAX_PARTS}, inclusive`,
      );
    }
    const checksum = checksumOf(part);
    return { part: number, etag: unquoted(etag), ...(checksum !== undefined && { checksum }) };
  });
}

function checksumOf(part: z.output<typeof partShape>): string | undefined {
  return CHECKSUM_ALGORITHMS.map((algorithm) => part[`Checksum${algorithm}`]).find((value) => value !== undefined);
}

/** No MD5 has more characters; what has cannot be a part's. */
const MAX_ETAG_LENGTH = 64;

function unquoted(etag: string): string {
  return (/^"(.*)"$/.exec(etag)?.[1] ?? etag).slice(0, MAX_ETAG_LENGTH);
}

/** `x-amz-mp-object-size`. @throws S3Error InvalidArgument */
function announcedObjectSize(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['x-amz-mp-object-size'];
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(String(text))) return Number(text);
  throw invalidArgument('x-amz-mp-object-size', String(text), 'This is not a number of bytes.');
}

/** What is said of the whole must be of the kind that the upload was begun with. @throws S3Error InvalidRequest */
async function checkType(tools: S3Tools, request: S3Request, algorithm: string | undefined): Promise<void> {
  const typed = request.headers['x-amz-checksum-type'];
  if (algorithm === undefined && typed === undefined) return;
  const { checksum: declared } = await tools.master.multipart
    .inspect(request.asker, uploadOf(request))
    .catch(alreadyCompleted);
  if (!declared) return;
  if (algorithm !== undefined && algorithm !== declared.algorithm) {
    throw new S3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${declared.algorithm.toLowerCase()}, actual checksum Type: ${algorithm.toLowerCase()}`,
    });
  }
  if (typed !== undefined && String(typed).toUpperCase() !== declared.type) {
    throw new S3Error('InvalidRequest', {
      message: `The upload was created using the ${declared.type} checksum mode. The complete request must use the same checksum mode.`,
    });
  }
}

/** A completion that is said again is the master's to recognise. */
function alreadyCompleted(error: unknown): { checksum?: undefined } {
  if (error instanceof AppError && error.code === 'no-such-upload') return {};
  throw error;
}

function resultElements(tools: S3Tools, { bucket, key }: S3Request, { etag, checksum }: Completed) {
  return [
    element('Location', `https://${tools.s3.host}/${bucket}/${urlEncodeKey(key)}`),
    element('Bucket', bucket),
    element('Key', key),
    element('ETag', `"${etag}"`),
    checksum && checksumElement(checksum.algorithm, checksum.value),
    checksum && element('ChecksumType', checksum.type),
  ];
}

function versionHeader({ versionId }: Completed): OutgoingHttpHeaders {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}
