/** GetBucketTagging, PutBucketTagging, DeleteBucketTagging. */
import type { z } from 'zod';
import type { Tags } from '../../../../common/filesystem/index.ts';
import { checkedTags } from '../objects/index.ts';
import { element, many, node, one, readDocument, text } from '../xml/index.ts';
import { settingOperations } from './setting-operations.ts';

const MAX_BUCKET_TAGS = 50;

export const tagSet = node({ Tag: many(node({ Key: one(text), Value: one(text) })) });

/** @throws S3Error InvalidTag */
export function bucketTags({ Tag: list }: z.infer<typeof tagSet>): Tags {
  return checkedTags(
    list.map(({ Key, Value }) => [Key, Value]),
    MAX_BUCKET_TAGS,
  );
}

export const tagging = settingOperations({
  setting: 'tagging',
  root: 'Tagging',
  absent: 'NoSuchTagSet',
  putStatus: 204,
  write: (tags) =>
    element(
      'TagSet',
      Object.entries(tags).map(([key, value]) => element('Tag', [element('Key', key), element('Value', value)])),
    ),
  read: (bytes) => {
    const tags = bucketTags(readDocument(bytes, 'Tagging', node({ TagSet: one(tagSet) })).TagSet);
    return Object.keys(tags).length === 0 ? null : tags;
  },
});
