/** Which namespace's bucket is meant where S3 names one without a namespace. */

import { s3NameKey, s3NameTable } from '../view/bucket-tables.ts';
import type { Draft } from '../view/draft.ts';
import type { Source } from '../view/table.ts';

export function s3NameHolder(source: Source, bucket: string): string | undefined {
  return source.get(s3NameTable, s3NameKey(bucket))?.[0];
}

export function addS3Name(draft: Draft, namespace: string, bucket: string): void {
  draft.put(s3NameTable, s3NameKey(bucket), [...(draft.get(s3NameTable, s3NameKey(bucket)) ?? []), namespace]);
}

/** The next one that made a bucket of the name holds it from now on. */
export function removeS3Name(draft: Draft, namespace: string, bucket: string): void {
  const left = (draft.get(s3NameTable, s3NameKey(bucket)) ?? []).filter((holder) => holder !== namespace);
  if (left.length === 0) draft.remove(s3NameTable, s3NameKey(bucket));
  else draft.put(s3NameTable, s3NameKey(bucket), left);
}
