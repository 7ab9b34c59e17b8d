/** UploadPart (S3 API Reference): stored like an object, and kept by the upload until that is completed. */
import type { MultipartUpload } from '../../../../common/filesystem/index.ts';
import { storeBody } from '../../write/store-body.ts';
import { answerEmpty } from '../answer.ts';
import { S3Error } from '../errors/index.ts';
import { checksumHeader } from '../objects/object-answer.ts';
import { sizeOf } from '../objects/put-object.ts';
import type { Operation, S3Digests } from '../s3-request.ts';
import { partNumberOf, uploadOf } from './upload-reference.ts';

export const uploadPart: Operation = async (tools, request) => {
  const { asker, exchange, query } = request;
  const { name, upload } = uploadOf(request);
  const part = partNumberOf(query);
  const announced = announcedSize(request.headers);
  const { checksum: declared } = await tools.master.multipart.inspect(asker, {
    name,
    upload,
    ...(announced !== undefined && { size: announced }),
  });
  const body = request.body(declared ? { checksum: declared.algorithm } : {});
  const size = sizeOf(body);
  const digests = await storeBody(
    tools,
    {
      stream: body.stream,
      size,
      endsItself: true,
      mayRideInCommit: false,
      digest: () => checkedDigests(body.digests(), declared),
      signal: exchange.signal,
    },
    async ({ size: stored, digest, extents, chunks }) => {
      const { md5, checksum } = digest;
      const kept = declared && checksum ? { checksum: checksum.value } : {};
      await tools.master.multipart.putPart(asker, {
        name,
        upload,
        part,
        size: stored,
        etag: md5,
        ...kept,
        extents,
        chunks,
      });
      return digest;
    },
  );
  const { md5, checksum } = digests;
  await answerEmpty(request, {
    headers: { etag: `"${md5}"`, ...(checksum && { [checksumHeader(checksum.algorithm)]: checksum.value }) },
  });
};

/** Before the body: whoever waits for `100 Continue` hears of a full quota at once. Undefined when it is told otherwise. */
function announcedSize(headers: Record<string, unknown>): number | undefined {
  const text = headers['x-amz-decoded-content-length'] ?? headers['content-length'];
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The checksum of a part is of the kind that the upload was begun with. @throws S3Error InvalidRequest */
export function checkedDigests(digests: S3Digests, declared: MultipartUpload['checksum']): S3Digests {
  const given = digests.checksum?.algorithm;
  if (!declared || given === undefined || given === declared.algorithm) return digests;
  throw new S3Error('InvalidRequest', {
    message: `Checksum Type mismatch occurred, expected checksum Type: ${declared.algorithm.toLowerCase()}, actual checksum Type: ${given.toLowerCase()}`,
  });
}
