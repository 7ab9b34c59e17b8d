/** ListMultipartUploads: a range scan over key and upload, which skips over common prefixes by seeking. */
import { KEY_BYTES } from '../../../common/filesystem/index.ts';
import type { Environment } from './environment.ts';
import { KEY_LIMIT_BYTES } from './environment.ts';
import { MULTIPART_KEY_START, type MultipartRecord, multipartsFrom, multipartTable } from './multipart-tables.ts';
import { endOf } from './table.ts';

export interface MultipartQuery {
  bucketId: number;
  prefix: string;
  delimiter: string;
  /** Uploads and common prefixes together, at most. */
  limit: number;
  /** A key or common prefix; what comes behind it, and behind all that shares its common prefix. */
  after?: string | undefined;
  /** Goes on within the uploads of the key `after`, behind this one. */
  afterUpload?: string | undefined;
}

export interface MultipartListing {
  uploads: MultipartRecord[];
  prefixes: string[];
  /** The last one of this page, when there is more. */
  next: { after: string; afterUpload: string } | null;
}

/** Uploads of one key lie in the order in which they were begun, since their ids are. */
export function listMultiparts(environment: Environment, query: MultipartQuery): MultipartListing {
  const { bucketId, limit } = query;
  const prefix = Buffer.from(query.prefix, 'utf8');
  const delimiter = Buffer.from(query.delimiter, 'utf8');
  const listing: MultipartListing = { uploads: [], prefixes: [], next: null };
  // No key is as long.
  if (prefix.length > KEY_BYTES || limit === 0) return listing;
  const end = endOf(multipartsFrom(bucketId, prefix));
  let from = firstPosition(query, prefix, delimiter);
  let last: MultipartListing['next'] = null;
  for (let room = limit; ; ) {
    let skipTo: Buffer | undefined;
    const start = multipartsFrom(bucketId, from);
    if (start.length > KEY_LIMIT_BYTES) return listing;
    for (const { key: name, value } of environment.getRange({ start, end, limit: room + 1 })) {
      if (room === 0) return { ...listing, next: last };
      room -= 1;
      const key = Buffer.from(name.subarray(MULTIPART_KEY_START, name.indexOf(0, MULTIPART_KEY_START)));
      const common = commonPrefix(key, prefix, delimiter);
      if (common) {
        listing.prefixes.push(common.toString('utf8'));
        last = { after: common.toString('utf8'), afterUpload: '' };
        skipTo = endOf(common);
        break;
      }
      const record = multipartTable.decode(Buffer.from(value));
      listing.uploads.push(record);
      last = { after: record.name.key, afterUpload: record.upload };
    }
    if (!skipTo) return listing;
    from = skipTo;
  }
}

function firstPosition({ after, afterUpload }: MultipartQuery, prefix: Buffer, delimiter: Buffer): Buffer {
  if (after === undefined) return prefix;
  const key = Buffer.from(after, 'utf8');
  const common = key.subarray(0, prefix.length).equals(prefix) ? commonPrefix(key, prefix, delimiter) : undefined;
  const behind = common ? endOf(common) : positionBehind(key, afterUpload);
  return Buffer.compare(behind, prefix) > 0 ? behind : prefix;
}

/** What separates a key from its upload is 0x00: 0x01 lies behind all uploads of the key and before every longer one. */
function positionBehind(key: Buffer, upload: string | undefined): Buffer {
  if (upload === undefined || upload === '') return Buffer.concat([key, Buffer.of(1)]);
  return Buffer.concat([key, Buffer.of(0), Buffer.from(upload, 'utf8'), Buffer.of(0)]);
}

function commonPrefix(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  const at = delimiter.length > 0 ? key.indexOf(delimiter, prefix.length) : -1;
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length);
}
