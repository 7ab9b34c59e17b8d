/** RFC 9110 §13.1: evaluated inside `apply`, so that compare-and-swap on an object is real. */
import { PreconditionFailed } from '../../../common/errors/index.ts';
import type { Preconditions } from '../../../common/filesystem/index.ts';

/**
 * `fields.condition` of the error says which one failed, and `fields.object` is `absent` where there is no object: S3 takes
 * If-Match on what is not there for a 404.
 * @throws PreconditionFailed
 */
export function assertPreconditions(present: string | undefined, { ifMatch, ifNoneMatch }: Preconditions): void {
  if (ifMatch !== undefined && !matches(present, ifMatch)) {
    const fields = { condition: 'If-Match', ...(present === undefined && { object: 'absent' }) };
    const detail = present === undefined ? 'There is no such object.' : `Its ETag is "${present}" now.`;
    throw new PreconditionFailed(detail, { fields });
  }
  if (ifNoneMatch !== undefined && matches(present, ifNoneMatch)) {
    const fields = { condition: 'If-None-Match' };
    throw new PreconditionFailed(`There is such an object; its ETag is "${present}".`, { fields });
  }
}

/** One ETag, a list of them, or `*`; without quotes, too, as S3 allows. Weak ones never match, since the comparison is strong. */
function matches(present: string | undefined, condition: string): boolean {
  if (present === undefined) return false;
  const tags = condition.split(',').map((tag) => tag.trim());
  return tags.some((tag) => tag === '*' || tag === present || tag.replace(/^"|"$/g, '') === present);
}

export interface SourceConditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  modifiedSinceMs?: number | undefined;
  unmodifiedSinceMs?: number | undefined;
}

/**
 * On a copy's source. Where an ETag and a date are given, the ETag that fits outweighs the date (RFC 9110 §13.2.2; S3,
 * CopyObject, "x-amz-copy-source-if-…"). Dates count to the second, as in HTTP.
 */
export function holdsSourceConditions(etag: string, modifiedAtMs: number, conditions: SourceConditions): boolean {
  const { ifMatch, ifNoneMatch, modifiedSinceMs, unmodifiedSinceMs } = conditions;
  const modifiedMs = Math.floor(modifiedAtMs / 1000) * 1000;
  if (ifMatch !== undefined ? !matches(etag, ifMatch) : modifiedMs > (unmodifiedSinceMs ?? Infinity)) return false;
  return ifNoneMatch !== undefined ? !matches(etag, ifNoneMatch) : modifiedMs > (modifiedSinceMs ?? -Infinity);
}
