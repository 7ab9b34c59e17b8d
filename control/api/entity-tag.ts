/** Optimistic concurrency: a strong ETag over the answer's content, and If-Match against it (RFC 9110 §8.8.3, §13.1.1). */
import { createHash } from 'node:crypto';
import { PreconditionFailed } from '../../common/errors/index.ts';

/** Quoted, of the resource's JSON. */
export function entityTag(resource: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(resource)).digest('base64url').slice(0, 22)}"`;
}

/** @throws PreconditionFailed when `ifMatch` is given and neither `*` nor lists the resource's present tag. */
export function assertIfMatch(ifMatch: string | undefined, resource: unknown): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.includes(entityTag(resource))) {
    throw new PreconditionFailed('It was changed by someone else in between; read it again and decide anew.');
  }
}
