/** RFC 9110 §13.1: evaluated inside `apply`, so that compare-and-swap on an object is real. */
import { PreconditionFailed } from '../../../common/errors/index.ts';
import type { Preconditions } from '../../../common/filesystem/index.ts';

/** @throws PreconditionFailed */
export function assertPreconditions(present: string | undefined, { ifMatch, ifNoneMatch }: Preconditions): void {
  if (ifMatch !== undefined && !matches(present, ifMatch)) {
    throw new PreconditionFailed(present === undefined ? 'There is no such object.' : `Its ETag is "${present}" now.`);
  }
  if (ifNoneMatch !== undefined && matches(present, ifNoneMatch)) {
    throw new PreconditionFailed(`There is such an object; its ETag is "${present}".`);
  }
}

/** One ETag, a list of them, or `*`; with or without quotes. Weak ones never match, since the comparison is strong. */
function matches(present: string | undefined, condition: string): boolean {
  if (present === undefined) return false;
  const tags = condition.split(',').map((tag) => tag.trim());
  return tags.some((tag) => tag === '*' || tag === present || tag === `"${present}"`);
}
