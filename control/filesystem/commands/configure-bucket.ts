import { Conflict } from '../../../common/errors/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { bucketKey } from '../view/keys.ts';
import { type BucketRecord, bucketTable } from '../view/records.ts';
import { requireBucket } from './bucket.ts';
import { putSetting } from './bucket-settings.ts';
import type { FilesystemCommands } from './data.ts';

export function configureBucket(draft: Draft, { data }: Command<FilesystemCommands['bucket.configure']>): void {
  const bucket = requireBucket(draft, data.namespace, data.name);
  if (data.setting === 'versioning') {
    // S3: "once you version-enable a bucket, it can never return to an unversioned state".
    if (data.value === null) {
      throw new Conflict('A bucket that keeps versions can only be suspended.', { code: 'invalid-bucket-state' });
    }
    draft.put(bucketTable, bucketKey(bucket.namespace, bucket.name), { ...bucket, versioning: data.value });
    return;
  }
  putSetting(draft, bucket, data.setting, data.value);
  const after = flagged(bucket, data);
  if (after) draft.put(bucketTable, bucketKey(bucket.namespace, bucket.name), after);
}

/** The bucket's record says whether it has what would else be looked for at every request. */
function flagged(
  bucket: BucketRecord,
  { setting, value }: FilesystemCommands['bucket.configure'],
): BucketRecord | undefined {
  const { hasPolicy, hasNotification, ...rest } = bucket;
  const isThere = value !== null;
  if (setting === 'policy')
    return { ...rest, ...(hasNotification && { hasNotification }), ...(isThere && { hasPolicy: true }) };
  if (setting !== 'notification') return undefined;
  return { ...rest, ...(hasPolicy && { hasPolicy }), ...(isThere && { hasNotification: true }) };
}
