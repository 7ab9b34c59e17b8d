/** What the request itself says for a bucket policy's conditions (Service Authorization Reference, "Condition keys for Amazon S3"). */
import type { IncomingHttpHeaders } from 'node:http';

/** More than the longest copy source: a key of 1024 bytes, each percent-encoded. */
const MAX_VALUE = 4096;
const BY_HEADER: Readonly<Record<string, string>> = {
  referer: 'aws:Referer',
  'user-agent': 'aws:UserAgent',
};
const HEADERS_BY_THEIR_OWN_NAME = [
  'x-amz-acl',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
] as const;
const KEYS = Object.entries({
  ...BY_HEADER,
  ...Object.fromEntries(HEADERS_BY_THEIR_OWN_NAME.map((name) => [name, `s3:${name}`])),
});

/** By condition key. Address, user, time, listing and tags are not said here: control knows them better. */
export function policyContext(isSecure: boolean, headers: IncomingHttpHeaders): Record<string, string> {
  const context: Record<string, string> = { 'aws:SecureTransport': String(isSecure) };
  for (const [header, key] of KEYS) {
    const value = headers[header];
    // Cut, it would only fit what it should not: a value that long is not said at all.
    if (typeof value === 'string' && value.length <= MAX_VALUE) context[key] = value;
  }
  return context;
}
