import { Conflict, InvalidInput, NotFound } from '../../../common/errors/index.ts';
import type { Command } from '../../log/index.ts';
import type { Draft } from '../view/draft.ts';
import { bucketKey } from '../view/keys.ts';
import { isBucketName } from '../view/names.ts';
import { type BucketRecord, bucketTable } from '../view/records.ts';
import type { Source } from '../view/table.ts';
import { putSetting, removeSettings } from './bucket-settings.ts';
import type { FilesystemCommands } from './data.ts';
import { addS3Name, removeS3Name, s3NameHolder } from './s3-names.ts';
import { addToTotals, readTotals } from './totals.ts';
import { addToUsage } from './usage.ts';

/** @throws NotFound */
export function requireBucket(source: Source, namespace: string, name: string): BucketRecord {
  const bucket = source.get(bucketTable, bucketKey(namespace, name));
  if (!bucket) throw noBucket(namespace, name);
  return bucket;
}

export function noBucket(namespace: string, name: string): NotFound {
  return new NotFound(`There is no bucket ${namespace === '' ? name : `${namespace}/${name}`}.`, {
    code: 'no-such-bucket',
  });
}

export function createBucket(draft: Draft, { at, data }: Command<FilesystemCommands['bucket.create']>): BucketRecord {
  const { namespace, name, visibility, ownership } = data;
  if (!isBucketName(name)) throw new InvalidInput(`'${name}' is not a bucket's name.`, { code: 'invalid-bucket-name' });
  if (draft.get(bucketTable, bucketKey(namespace, name))) {
    throw new Conflict(`There is a bucket ${namespace}/${name} already.`, {
      code: data.isS3 ? 'bucket-exists-already-yours' : 'bucket-exists',
    });
  }
  // Neither says to whom it belongs.
  if (data.isS3 && s3NameHolder(draft, name) !== undefined) {
    throw new Conflict(`There is a bucket ${name} already.`, { code: 'bucket-exists' });
  }
  const id = readTotals(draft).nextBucketId;
  const bucket = { id, namespace, name, visibility, createdAtMs: at, objects: 0, bytes: 0 };
  draft.put(bucketTable, bucketKey(namespace, name), bucket);
  addToTotals(draft, { nextBucketId: 1, buckets: 1 });
  addToUsage(draft, namespace, { buckets: 1 });
  addS3Name(draft, namespace, name);
  if (ownership) putSetting(draft, bucket, 'ownership', ownership);
  return bucket;
}

export function updateBucket(draft: Draft, { data }: Command<FilesystemCommands['bucket.update']>): BucketRecord {
  const bucket = { ...requireBucket(draft, data.namespace, data.name), visibility: data.visibility };
  draft.put(bucketTable, bucketKey(data.namespace, data.name), bucket);
  return bucket;
}

export function deleteBucket(draft: Draft, { data }: Command<FilesystemCommands['bucket.delete']>): void {
  const bucket = requireBucket(draft, data.namespace, data.name);
  if (bucket.objects > 0 || (bucket.versions ?? 0) > 0) {
    throw new Conflict(
      `${data.namespace}/${data.name} still has ${bucket.objects} objects and ${bucket.versions ?? 0} noncurrent versions or delete markers; delete them first.`,
      { code: 'bucket-not-empty' },
    );
  }
  removeSettings(draft, bucket);
  draft.remove(bucketTable, bucketKey(data.namespace, data.name));
  removeS3Name(draft, data.namespace, data.name);
  addToTotals(draft, { buckets: -1 });
  addToUsage(draft, data.namespace, { buckets: -1 });
}
