/** Uploads in parts, by the names of S3's operations. */
import type { Operation } from '../s3-request.ts';
import { abortMultipartUpload } from './abort-multipart-upload.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { listMultipartUploads } from './list-multipart-uploads.ts';
import { listParts } from './list-parts.ts';
import { uploadPart } from './upload-part.ts';
import { uploadPartCopy } from './upload-part-copy.ts';

export const multipartOperations: Readonly<Record<string, Operation>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CreateMultipartUpload: createMultipartUpload,
  ListMultipartUploads: listMultipartUploads,
  ListParts: listParts,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
};
