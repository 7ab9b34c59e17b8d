/** Headers that ask for what Bramble has not: refused rather than passed over, since whoever sends them counts on it. */
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors/index.ts';

const LOCK_HEADERS = [
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold',
] as const;

/** @throws S3Error NotImplemented, InvalidRequest, InvalidArgument */
export function refuseUnsupportedHeaders(method: string, headers: IncomingHttpHeaders): void {
  for (const name in headers) {
    if (!name.startsWith('x-amz-')) continue;
    if (name.startsWith('x-amz-server-side-encryption') || name.startsWith('x-amz-copy-source-server-side')) {
      refuseEncryption(method, name, headers);
    }
    if (name.startsWith('x-amz-grant-')) {
      throw new S3Error('NotImplemented', {
        message: 'Grants are not implemented: use a canned ACL (private, public-read) or a bucket policy.',
      });
    }
    if ((LOCK_HEADERS as readonly string[]).includes(name)) {
      throw new S3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
    }
  }
}

function refuseEncryption(method: string, name: string, headers: IncomingHttpHeaders): void {
  if (name === 'x-amz-server-side-encryption' && (method === 'GET' || method === 'HEAD')) {
    throw new S3Error('InvalidArgument', {
      message: 'x-amz-server-side-encryption header is not supported for this operation.',
      elements: { ArgumentName: name, ArgumentValue: String(headers[name]) },
    });
  }
  throw new S3Error('NotImplemented', { message: 'Server-side encryption is not implemented.' });
}
