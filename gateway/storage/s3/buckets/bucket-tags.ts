/** Tags of buckets as S3 writes them, and its rules for them (S3 API Reference, PutBucketTagging). */
import type { z } from 'zod';
import type { Tags } from '../../../../common/filesystem/index.ts';
import { S3Error } from '../errors/index.ts';
import { many, node, one, text } from '../xml/index.ts';

export const tagSet = node({ Tag: many(node({ Key: one(text), Value: one(text) })) });

const MAX_TAGS = 50;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
/** Letters, white space and numbers of any script, and `+ - = . _ : / @`. */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws S3Error InvalidTag */
export function bucketTags({ Tag: list }: z.infer<typeof tagSet>): Tags {
  if (list.length > MAX_TAGS) throw invalid(`Bucket tag count cannot be greater than ${MAX_TAGS}`);
  const tags = new Map<string, string>();
  for (const { Key: key, Value: value } of list) {
    if (key === '' || key.length > MAX_KEY_LENGTH || !ALLOWED.test(key)) {
      throw invalid('The TagKey you have provided is invalid', { TagKey: key });
    }
    if (value.length > MAX_VALUE_LENGTH || !ALLOWED.test(value)) {
      throw invalid('The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
    }
    if (key.toLowerCase().startsWith('aws:')) throw invalid('System tags cannot be added/updated by requester');
    if (tags.has(key)) throw invalid('Cannot provide multiple Tags with the same key', { TagKey: key });
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}

function invalid(message: string, elements: Record<string, string> = {}): S3Error {
  return new S3Error('InvalidTag', { message, elements });
}
