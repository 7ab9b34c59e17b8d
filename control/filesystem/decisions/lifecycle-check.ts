/** S3's rules for a lifecycle (API reference, PutBucketLifecycleConfiguration; User Guide, "Lifecycle configuration elements"). */
import type { z } from 'zod';
import type { lifecycleRule } from '../../../common/filesystem/index.ts';
import { problemOfTags } from './tags-check.ts';

export type LifecycleRule = z.infer<typeof lifecycleRule>;
const DAY_MS = 86_400_000;

/** Why it is refused; undefined when it is not. Days and sizes are in range already. */
export function problemOfLifecycle(rules: readonly LifecycleRule[]): { code: string; detail: string } | undefined {
  const ids = rules.map(({ id }) => id).filter((id) => id !== '');
  if (new Set(ids).size < ids.length) return { code: 'invalid-argument', detail: 'Rule ID must be unique.' };
  for (const rule of rules) {
    const detail = problemOfRule(rule);
    if (detail) return detail;
  }
  return undefined;
}

function problemOfRule({ filter, expiration, noncurrentExpiration, abortUploadAfterDays }: LifecycleRule) {
  const malformed = (detail: string) => ({ code: 'malformed-xml', detail });
  const invalid = (detail: string) => ({ code: 'invalid-request', detail });
  if (!expiration && !noncurrentExpiration && abortUploadAfterDays === undefined) {
    return invalid('At least one action needs to be specified in a rule.');
  }
  if (expiration && 'dateMs' in expiration && expiration.dateMs % DAY_MS !== 0) {
    return { code: 'invalid-argument', detail: "'Date' must be at midnight GMT." };
  }
  const { sizeGreaterThan, sizeLessThan } = filter;
  if (sizeGreaterThan !== undefined && sizeLessThan !== undefined && sizeGreaterThan >= sizeLessThan) {
    return invalid("'ObjectSizeLessThan' has to be greater than 'ObjectSizeGreaterThan'.");
  }
  const hasTags = Object.keys(filter.tags).length > 0;
  const hasSize = sizeGreaterThan !== undefined || sizeLessThan !== undefined;
  if (abortUploadAfterDays !== undefined && (hasTags || hasSize)) {
    return invalid('AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes.');
  }
  if (expiration && 'expiredDeleteMarker' in expiration && (hasTags || hasSize)) {
    return invalid('ExpiredObjectDeleteMarker cannot be specified with Tags or object sizes.');
  }
  const ofTags = problemOfTags(filter.tags, 10);
  return ofTags ? malformed(ofTags) : undefined;
}
