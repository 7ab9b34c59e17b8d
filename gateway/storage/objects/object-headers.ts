/** The headers of an object's GET and HEAD. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { FoundObject } from '../../../common/filesystem/index.ts';

/**
 * What people upload is shown from the origin of the API: whatever it says it is, it runs no script, submits no form and
 * reaches nothing with that origin's rights.
 */
const SANDBOX = "sandbox; default-src 'none'; img-src data: 'self'; media-src 'self'; style-src 'unsafe-inline'";

export function objectHeaders(found: FoundObject): OutgoingHttpHeaders {
  const { content, isPublic } = found;
  const headers: OutgoingHttpHeaders = {
    etag: `"${content.etag}"`,
    'last-modified': new Date(found.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': content.contentType,
    'content-security-policy': SANDBOX,
    'x-content-type-options': 'nosniff',
    'cache-control': isPublic ? 'public, no-cache' : 'private, no-cache',
    ...content.headers,
  };
  // A header of the object's own may not make caches keep for others what only its readers may see.
  if (!isPublic && /\bpublic\b|\bs-maxage\b/i.test(String(headers['cache-control']))) {
    headers['cache-control'] = 'private, no-cache';
  }
  headers['content-disposition'] ??= `inline; ${fileNameParameters(found.name.key)}`;
  if (!isPublic) headers.vary = 'authorization';
  return headers;
}

/** `filename` for all, `filename*` for names beyond ASCII (RFC 6266 §4.3, RFC 8187). */
export function fileNameParameters(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1) || 'download';
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  if (ascii === name) return `filename="${name}"`;
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
