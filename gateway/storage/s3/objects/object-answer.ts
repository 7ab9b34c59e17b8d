/** The headers that S3 says an object in (GetObject, HeadObject, "Response Syntax"). */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Checksum, Expiration, FoundObject } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import type { S3Request } from '../s3-request.ts';
import { KEPT_META_PREFIX, S3_META_PREFIX } from './described-object.ts';

/** What an answer about an object has on 200, 206 and 304 alike. */
export function objectHeaders(found: FoundObject): OutgoingHttpHeaders {
  const { content, versionId } = found;
  const headers: OutgoingHttpHeaders = {
    'last-modified': new Date(found.modifiedAt).toUTCString(),
    etag: `"${content.etag}"`,
    'accept-ranges': 'bytes',
  };
  if (versionId !== undefined) headers['x-amz-version-id'] = versionId;
  for (const name in content.headers) {
    const isUsers = name.startsWith(KEPT_META_PREFIX);
    const shown = isUsers ? S3_META_PREFIX + name.slice(KEPT_META_PREFIX.length) : name;
    headers[shown] = content.headers[name];
  }
  Object.assign(headers, expirationHeaders(found.expiration));
  if (content.redirect !== undefined) headers['x-amz-website-redirect-location'] = content.redirect;
  const tags = content.tags === undefined ? 0 : Object.keys(content.tags).length;
  if (tags > 0) headers['x-amz-tagging-count'] = tags;
  headers['content-type'] = content.contentType;
  return headers;
}

/** `x-amz-expiration`: the day is that of midnight UTC behind it, and the rule's name is percent-encoded. */
export function expirationHeaders(expiration: Expiration | undefined): OutgoingHttpHeaders {
  if (!expiration) return {};
  const { at, rule } = expiration;
  return {
    'x-amz-expiration': `expiry-date="${new Date(at).toUTCString()}", rule-id="${encodeURIComponent(rule)}"`,
  };
}

export function checksumHeader(algorithm: Checksum['algorithm']): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function checksumHeaders(checksum: Checksum | undefined): OutgoingHttpHeaders {
  if (!checksum) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

const OVERRIDES = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
} as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
export const NOT_IN_HEADERS = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Headers that the query asks for instead of the object's own; only who signed may ask. @throws S3Error */
export function overriddenHeaders({ query, asker }: Pick<S3Request, 'query' | 'asker'>): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [parameter, name] of Object.entries(OVERRIDES)) {
    const value = query.get(parameter);
    if (value === undefined) continue;
    if (asker.credential.kind === 'anonymous') {
      throw new S3Error('InvalidRequest', {
        message: 'Request specific response headers cannot be used for anonymous GET requests.',
      });
    }
    if (NOT_IN_HEADERS.test(value)) throw invalidArgument(parameter, value, 'Header value cannot be represented.');
    // As UTF-8 on the wire, where Node writes one byte for each character.
    headers[name] = Buffer.from(value, 'utf8').toString('latin1');
  }
  return headers;
}
