/** CreateMultipartUpload (S3 API Reference). */
import { answerXml } from '../answer.ts';
import { checkCannedAcl } from '../objects/canned-acl.ts';
import { describedObject } from '../objects/described-object.ts';
import { objectNameOf } from '../objects/named-object.ts';
import type { Operation } from '../s3-request.ts';
import { element } from '../xml/index.ts';
import { declaredChecksum } from './declared-checksum.ts';

export const createMultipartUpload: Operation = async (tools, request) => {
  const { asker, bucket, headers, key } = request;
  const checksum = declaredChecksum(headers);
  const described = describedObject(headers);
  await checkCannedAcl(tools, request);
  const { upload } = await tools.master.multipart.begin(asker, {
    name: objectNameOf(request),
    ...described,
    ...(checksum && { checksum }),
  });
  await answerXml(
    request,
    'InitiateMultipartUploadResult',
    [element('Bucket', bucket), element('Key', key), element('UploadId', upload)],
    {
      headers: checksum ? { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type } : {},
    },
  );
};
