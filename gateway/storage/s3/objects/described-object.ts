/**
 * What a request says of the object it makes, besides its bytes (PutObject, CopyObject, CreateMultipartUpload, "Request
 * Syntax"). User metadata is kept under the names that the files API has for it, and shown by each door under its own.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Tags } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { tagsOfHeader } from './tag-rules.ts';

export interface DescribedObject {
  contentType: string;
  /** As `objectContent.headers` keeps them. */
  headers: Record<string, string>;
  tags?: Tags;
  redirect?: string;
}

export const S3_META_PREFIX = 'x-amz-meta-';
export const KEPT_META_PREFIX = 'x-meta-';
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';
/** As control keeps it. */
const MAX_CONTENT_TYPE_LENGTH = 256;
/** Names without the prefix, and values, in bytes (Amazon S3 User Guide, "Working with object metadata"). */
const MAX_USER_METADATA_BYTES = 2 * 1024;
/** Cache-Control, Content-Disposition and their like together: what is left of S3's 8 KB of headers. */
const MAX_SYSTEM_METADATA_BYTES = 6 * 1024;
const SYSTEM_HEADERS = ['cache-control', 'content-disposition', 'content-language', 'expires'] as const;
const MAX_REDIRECT_LENGTH = 2048;

/** @throws S3Error when something cannot be kept as it was said. */
export function describedObject(headers: IncomingHttpHeaders): DescribedObject {
  checkStorageClass(headers);
  const tagging = headers['x-amz-tagging'];
  const redirect = redirectOf(headers);
  return {
    ...describedContent(headers),
    ...(typeof tagging === 'string' && { tags: tagsOfHeader(tagging) }),
    ...(redirect !== undefined && { redirect }),
  };
}

/** @throws S3Error MetadataTooLarge, InvalidArgument */
export function describedContent(headers: IncomingHttpHeaders): Pick<DescribedObject, 'contentType' | 'headers'> {
  return { contentType: contentTypeOf(headers), headers: { ...systemMetadata(headers), ...userMetadata(headers) } };
}

/** Objects have one class here, and no other is pretended. @throws S3Error InvalidStorageClass */
export function checkStorageClass(headers: IncomingHttpHeaders): void {
  const asked = headers['x-amz-storage-class'];
  if (asked === undefined || asked === 'STANDARD') return;
  throw new S3Error('InvalidStorageClass', { elements: { StorageClassRequested: String(asked) } });
}

function contentTypeOf(headers: IncomingHttpHeaders): string {
  const given = headers['content-type'];
  if (given === undefined || given === '') return DEFAULT_CONTENT_TYPE;
  if (given.length <= MAX_CONTENT_TYPE_LENGTH) return given;
  throw invalidArgument(
    'Content-Type',
    given.slice(0, MAX_CONTENT_TYPE_LENGTH),
    `A content type has at most ${MAX_CONTENT_TYPE_LENGTH} characters.`,
  );
}

function systemMetadata(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const name of SYSTEM_HEADERS) {
    const value = headers[name];
    if (value === undefined) continue;
    kept[name] = value;
    bytes += value.length;
  }
  const encoding = contentEncodingOf(headers['content-encoding']);
  if (encoding !== undefined) kept['content-encoding'] = encoding;
  if (bytes + (encoding?.length ?? 0) > MAX_SYSTEM_METADATA_BYTES) throw new S3Error('MetadataTooLarge');
  return kept;
}

/** `aws-chunked` is how the body travelled, and not what the object is (Authenticating Requests, "Content-Encoding"). */
export function contentEncodingOf(header: string | undefined): string | undefined {
  if (header === undefined || !/aws-chunked/i.test(header)) return header === '' ? undefined : header;
  const codings = header
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked');
  return codings.length === 0 ? undefined : codings.join(', ');
}

/** Values are bytes on the wire, one character each here, and go out as they came in. */
function userMetadata(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const name in headers) {
    if (!name.startsWith(S3_META_PREFIX)) continue;
    const value = headers[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : value.join(',');
    const own = name.slice(S3_META_PREFIX.length);
    if (own === '') throw invalidArgument(name, text, 'User metadata must have a name.');
    bytes += own.length + text.length;
    kept[KEPT_META_PREFIX + own] = text;
  }
  if (bytes <= MAX_USER_METADATA_BYTES) return kept;
  throw new S3Error('MetadataTooLarge', {
    elements: { Size: String(bytes), MaxSizeAllowed: String(MAX_USER_METADATA_BYTES) },
  });
}

function redirectOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['x-amz-website-redirect-location'];
  if (given === undefined) return undefined;
  const text = String(given);
  if (!/^(?:\/|https?:\/\/)/.test(text)) {
    throw new S3Error('InvalidRedirectLocation', {
      message: "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    });
  }
  if (text.length <= MAX_REDIRECT_LENGTH) return text;
  throw new S3Error('InvalidRedirectLocation', {
    message: 'The length of website redirect location cannot exceed 2,048 characters.',
  });
}
