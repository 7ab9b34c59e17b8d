/** What requests about uploads in parts name: the upload, one of its parts, numbers and markers of listings. */
import { MAX_PARTS, type ObjectName } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { limitOf } from '../objects/list-parameters.ts';
import { objectNameOf } from '../objects/named-object.ts';
import type { S3Query } from '../s3-query.ts';
import type { S3Request } from '../s3-request.ts';

export const MAX_UPLOAD_ID_LENGTH = 128;
/** Parts or uploads that are listed at a time; who asks for more gets these. */
export const PAGE_ITEMS = 1000;

/** @throws S3Error NoSuchUpload when no upload can have that id. */
export function uploadOf(request: S3Request): { name: ObjectName; upload: string } {
  const upload = request.query.get('uploadId') ?? '';
  if (upload === '' || upload.length > MAX_UPLOAD_ID_LENGTH) throw new S3Error('NoSuchUpload');
  return { name: objectNameOf(request), upload };
}

/** UploadPart, "partNumber". @throws S3Error InvalidArgument */
export function partNumberOf(query: S3Query): number {
  const text = query.get('partNumber') ?? '';
  const part = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (part >= 1 && part <= MAX_PARTS) return part;
  throw invalidArgument('partNumber', text, `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`);
}

/** `part-number-marker`: parts behind this one. @throws S3Error InvalidArgument */
export function partMarker(query: S3Query): number {
  return query.get('part-number-marker') ? limitOf(query, 'part-number-marker', MAX_PARTS) : 0;
}
