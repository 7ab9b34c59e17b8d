/** `x-amz-copy-source` (CopyObject, UploadPartCopy): `bucket/key`, percent-encoded, with a slash before it or not. */
import type { ObjectName } from '../../../../common/filesystem/index.ts';
import { S3Error } from '../errors/index.ts';
import { checkedVersion } from './named-object.ts';

export interface CopySource {
  name: ObjectName;
  version?: string;
}

const MAX_KEY_BYTES = 1024;
const VERSION = '?versionId=';

/** @throws S3Error InvalidArgument, KeyTooLongError */
export function copySourceOf(header: string): CopySource {
  // What comes behind the question mark is not of the key, in which one is encoded.
  const mark = header.lastIndexOf(VERSION);
  const decoded = decodeName(mark < 0 ? header : header.slice(0, mark));
  const path = decoded.startsWith('/') ? decoded.slice(1) : decoded;
  const slash = path.indexOf('/');
  if (slash <= 0 || slash === path.length - 1) throw invalidSource();
  const key = path.slice(slash + 1);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
  return {
    name: { namespace: '', bucket: path.slice(0, slash), key },
    ...(mark >= 0 && { version: checkedVersion(header.slice(mark + VERSION.length)) }),
  };
}

/** Bytes beyond ASCII may come as they are: then each is one character here. A plus is a plus, as in paths. */
function decodeName(encoded: string): string {
  try {
    const utf8 = /[\x80-\xff]/.test(encoded) ? Buffer.from(encoded, 'latin1').toString('utf8') : encoded;
    return decodeURIComponent(utf8);
  } catch (error) {
    throw invalidSource(error);
  }
}

function invalidSource(cause?: unknown): S3Error {
  return new S3Error('InvalidArgument', {
    message: 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    elements: { ArgumentName: 'x-amz-copy-source' },
    ...(cause !== undefined && { cause }),
  });
}
