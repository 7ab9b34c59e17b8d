/** The figures of a bucket and of the whole, kept in step with what enters and leaves it. */
import type { Draft } from '../view/draft.ts';
import { bucketKey } from '../view/keys.ts';
import { type BucketRecord, bucketTable } from '../view/records.ts';
import { requireBucket } from './bucket.ts';
import { addToTotals } from './totals.ts';
import { addToUsage } from './usage.ts';

export interface CountChange {
  /** Objects that a listing shows. */
  objects?: number;
  /** Noncurrent versions. */
  versions?: number;
  /** Delete markers: they keep a bucket from being deleted, and count in no quota. */
  markers?: number;
  /** Of objects and of noncurrent versions. */
  bytes?: number;
}

/**
 * The one place where figures change, the namespace's too. The bucket is read again: what came before in the same command
 * may have changed it.
 * @throws Forbidden `quota-exceeded`
 */
export function countObjects(
  draft: Draft,
  { namespace, name }: Pick<BucketRecord, 'namespace' | 'name'>,
  { objects = 0, versions = 0, markers = 0, bytes = 0 }: CountChange,
): void {
  if (objects === 0 && versions === 0 && markers === 0 && bytes === 0) return;
  const bucket = requireBucket(draft, namespace, name);
  const versionsNow = (bucket.versions ?? 0) + versions + markers;
  draft.put(bucketTable, bucketKey(namespace, name), {
    ...bucket,
    objects: bucket.objects + objects,
    bytes: bucket.bytes + bytes,
    ...(versionsNow !== (bucket.versions ?? 0) && { versions: versionsNow }),
  });
  addToTotals(draft, { objects, logicalBytes: bytes });
  addToUsage(draft, namespace, { objects: objects + versions, bytes });
}

/**
 * What was received of an upload that is not finished, and (negative) what is not any more part of one: first give it back,
 * then count the object that it became.
 * @throws Forbidden `quota-exceeded`
 */
export function countInFlight(draft: Draft, namespace: string, bytes: number): void {
  if (bytes !== 0) addToUsage(draft, namespace, { bytes });
}
