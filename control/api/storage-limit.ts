/** What an access key was narrowed to, beyond its namespace. It never widens what its user's role allows. */

/** `read` what is in objects, `write` them, `delete` them, `list` which there are. */
export const STORAGE_VERBS = ['read', 'write', 'delete', 'list'] as const;
export type StorageVerb = (typeof STORAGE_VERBS)[number];

export interface StorageLimit {
  /** When present, the only bucket that it may touch. */
  bucket?: string;
  /** When present, how all keys that it may touch begin. */
  prefix?: string;
  verbs: readonly StorageVerb[];
}

export type StorageUse =
  /** Of one object; of a listing, `key` is the prefix that is asked for. */
  | { verb: StorageVerb; bucket: string; key: string }
  /** Making, deleting and setting up a bucket: only for keys that may do everything in it. */
  | { verb: 'configure'; bucket: string }
  /** What a bucket is and how it is set up. */
  | { verb: 'inspect'; bucket: string };

/** Whether the limit (none: everything) leaves this. Names are compared as they are: S3's keys are not paths. */
export function storageLimitAllows(limit: StorageLimit | undefined, use: StorageUse): boolean {
  if (!limit) return true;
  if (limit.bucket !== undefined && limit.bucket !== use.bucket) return false;
  switch (use.verb) {
    case 'configure':
      return limit.prefix === undefined && STORAGE_VERBS.every((verb) => limit.verbs.includes(verb));
    case 'inspect':
      return limit.verbs.includes('list') || limit.verbs.includes('read');
    default:
      return limit.verbs.includes(use.verb) && (limit.prefix === undefined || use.key.startsWith(limit.prefix));
  }
}
