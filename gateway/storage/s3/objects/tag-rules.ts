/** Tags of objects, and what they may be (Amazon S3 User Guide, "Categorizing your objects using tags"). */
import type { Tags } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';

const MAX_OBJECT_TAGS = 10;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
const ALLOWED = /^[\p{L}\p{M}\p{N}\p{Zs}_.:/=+\-@]*$/u;

/** @throws S3Error InvalidTag */
export function checkedTags(pairs: readonly (readonly [key: string, value: string])[], limit = MAX_OBJECT_TAGS): Tags {
  if (pairs.length > limit) {
    throw new S3Error('InvalidTag', { message: `Object tags cannot be greater than ${limit}` });
  }
  const tags = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (key === '' || key.length > MAX_KEY_LENGTH || !ALLOWED.test(key)) {
      throw new S3Error('InvalidTag', {
        message: 'The TagKey you have provided is invalid',
        elements: { TagKey: key },
      });
    }
    if (key.startsWith('aws:')) {
      throw new S3Error('InvalidTag', {
        message: 'System tags cannot be added/updated by requester',
        elements: { TagKey: key },
      });
    }
    if (value.length > MAX_VALUE_LENGTH || !ALLOWED.test(value)) {
      throw new S3Error('InvalidTag', {
        message: 'The TagValue you have provided is invalid',
        elements: { TagKey: key, TagValue: value },
      });
    }
    if (tags.has(key)) {
      throw new S3Error('InvalidTag', {
        message: 'Cannot provide multiple Tags with the same key',
        elements: { TagKey: key },
      });
    }
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}

/** `x-amz-tagging`: tags as the query of a URL (PutObject, "x-amz-tagging"). @throws S3Error InvalidArgument, InvalidTag */
export function tagsOfHeader(header: string): Tags {
  const pairs = header
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? ([decode(pair, header), ''] as const)
        : ([decode(pair.slice(0, equals), header), decode(pair.slice(equals + 1), header)] as const);
    });
  return checkedTags(pairs);
}

function decode(encoded: string, header: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw invalidArgument(
      'x-amz-tagging',
      header,
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    );
  }
}
