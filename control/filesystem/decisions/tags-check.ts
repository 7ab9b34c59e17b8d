/** S3's rules for tags: keys of 1 to 128 characters, values of at most 256, none of S3's own. */
import type { Tags } from '../../../common/filesystem/index.ts';

export function problemOfTags(tags: Tags, most: number): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > most) return `At most ${most} tags are allowed, not ${entries.length}.`;
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128) return 'The TagKey you have provided is invalid.';
    if (value.length > 256) return 'The TagValue you have provided is invalid.';
    if (key.toLowerCase().startsWith('aws:')) return 'System tags cannot be added or updated by requester.';
  }
  return undefined;
}
