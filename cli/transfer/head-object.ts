import type { Connection, HttpsResponse } from '../client/index.ts';
import { type ObjectAddress, objectUrlPath } from '../remote/remote-path.ts';

/** One version of an object, as PUT and HEAD tell of it. */
export interface StoredVersion {
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: string;
}

export async function headObject(bramble: Connection, address: ObjectAddress): Promise<StoredVersion> {
  const { headers, body } = await bramble.send({ method: 'HEAD', path: objectUrlPath(address) });
  body.resume();
  return storedVersion(headers);
}

/** From the headers of a whole GET, or a HEAD. */
export function storedVersion(headers: HttpsResponse['headers']): StoredVersion {
  return {
    etag: String(headers.etag ?? '').replace(/^(W\/)?"|"$/g, ''),
    size: Number(headers['content-length']),
    modifiedAt: new Date(headers['last-modified'] ?? 0).toISOString(),
  };
}
