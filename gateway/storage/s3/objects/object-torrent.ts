/** GetObjectTorrent (S3 API Reference): of no object there is one, since S3 itself makes none any more. */
import { S3Error } from '../errors/index.ts';
import type { Operation } from '../s3-request.ts';
import { objectNameOf } from './named-object.ts';

export const getObjectTorrent: Operation = async ({ master }, request) => {
  await master.lookup(request.asker, objectNameOf(request));
  throw new S3Error('NoSuchKey', { message: 'There is no torrent of this object.' });
};
