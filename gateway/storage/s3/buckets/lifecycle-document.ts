/** `LifecycleConfiguration` as S3 writes it, with `Filter` or with the `Prefix` of old (S3 API Reference, LifecycleRule). */
import type { z } from 'zod';
import type { Tags } from '../../../../common/filesystem/index.ts';
import { invalidArgument, S3Error } from '../errors/index.ts';
import { checkedTags } from '../objects/index.ts';
import { boolean, integer, malformed, many, maybe, node, one, oneOf, readDocument, text, word } from '../xml/index.ts';
import type { SettingValue } from './setting-operations.ts';

export type LifecycleRule = SettingValue<'lifecycle'>[number];

const MAX_RULES = 1000;
const MAX_ID_LENGTH = 255;

const tag = node({ Key: one(text), Value: one(text) });
const conditions = { Prefix: maybe(text), ObjectSizeGreaterThan: maybe(integer), ObjectSizeLessThan: maybe(integer) };
const transition = node({
  Days: maybe(word),
  Date: maybe(word),
  NoncurrentDays: maybe(word),
  NewerNoncurrentVersions: maybe(word),
  StorageClass: maybe(word),
});
const rule = node({
  ID: maybe(text),
  Prefix: maybe(text),
  Filter: maybe(node({ ...conditions, Tag: maybe(tag), And: maybe(node({ ...conditions, Tag: many(tag) })) })),
  Status: one(oneOf(['Enabled', 'Disabled'])),
  Expiration: maybe(node({ Days: maybe(integer), Date: maybe(word), ExpiredObjectDeleteMarker: maybe(boolean) })),
  NoncurrentVersionExpiration: maybe(node({ NoncurrentDays: maybe(integer), NewerNoncurrentVersions: maybe(integer) })),
  AbortIncompleteMultipartUpload: maybe(node({ DaysAfterInitiation: maybe(integer) })),
  Transition: many(transition),
  NoncurrentVersionTransition: many(transition),
});
type ReadRule = z.infer<typeof rule>;

/** `makeId` names the rules that have no name, as S3 does. @throws S3Error */
export function readLifecycle(bytes: Buffer, makeId: () => string): LifecycleRule[] {
  const { Rule: rules } = readDocument(bytes, 'LifecycleConfiguration', node({ Rule: many(rule) }));
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformed();
  return rules.map((each) => readRule(each, makeId));
}

function readRule(read: ReadRule, makeId: () => string): LifecycleRule {
  if (read.Transition.length > 0 || read.NoncurrentVersionTransition.length > 0) {
    throw new S3Error('NotImplemented', { message: 'Transitions to other storage classes are not implemented.' });
  }
  if (read.ID !== undefined && read.ID.length > MAX_ID_LENGTH) {
    throw invalidArgument('ID', read.ID, `ID length should not exceed allowed limit of ${MAX_ID_LENGTH}`);
  }
  const expiration = expirationOf(read);
  const noncurrentExpiration = noncurrentExpirationOf(read);
  const abortUploadAfterDays = read.AbortIncompleteMultipartUpload
    ? daysOf('DaysAfterInitiation', read.AbortIncompleteMultipartUpload.DaysAfterInitiation)
    : undefined;
  return {
    id: read.ID ? read.ID : makeId(),
    isEnabled: read.Status === 'Enabled',
    filter: filterOf(read),
    hasFilter: read.Filter !== undefined,
    ...(expiration && { expiration }),
    ...(noncurrentExpiration && { noncurrentExpiration }),
    ...(abortUploadAfterDays !== undefined && { abortUploadAfterDays }),
  };
}

/** Either of the two forms; in a filter one condition, or several within `And`. */
function filterOf({ Prefix: oldPrefix, Filter: filter }: ReadRule): LifecycleRule['filter'] {
  if ((oldPrefix === undefined) === (filter === undefined)) throw malformed();
  if (!filter) return { prefix: oldPrefix ?? '', tags: {} };
  const { And: and, Tag: single, ...plain } = filter;
  const named = [...Object.values(plain), single, and].filter((condition) => condition !== undefined);
  if (named.length > 1) throw malformed();
  const { Prefix: prefix = '', ObjectSizeGreaterThan: greater, ObjectSizeLessThan: less } = and ?? plain;
  return {
    prefix,
    tags: tagsOf(and ? and.Tag : single ? [single] : []),
    ...(greater !== undefined && { sizeGreaterThan: inRange('ObjectSizeGreaterThan', greater, 0) }),
    ...(less !== undefined && { sizeLessThan: inRange('ObjectSizeLessThan', less, 1) }),
  };
}

function tagsOf(list: readonly { Key: string; Value: string }[]): Tags {
  return checkedTags(list.map(({ Key, Value }) => [Key, Value]));
}

function expirationOf({ Expiration: read }: ReadRule): LifecycleRule['expiration'] {
  if (!read) return undefined;
  const { Days: days, Date: date, ExpiredObjectDeleteMarker: marker } = read;
  if ([days, date, marker].filter((given) => given !== undefined).length !== 1) throw malformed();
  if (days !== undefined) return { days: daysOf('Days', days) };
  if (date !== undefined) return { dateMs: dateOf(date) };
  return marker ? { expiredDeleteMarker: true } : undefined;
}

function noncurrentExpirationOf({
  NoncurrentVersionExpiration: read,
}: ReadRule): LifecycleRule['noncurrentExpiration'] {
  if (!read) return undefined;
  const { NewerNoncurrentVersions: newer } = read;
  return {
    days: daysOf('NoncurrentDays', read.NoncurrentDays),
    ...(newer !== undefined && { newerVersions: inRange('NewerNoncurrentVersions', newer, 1, 100) }),
  };
}

const MAX_DAYS = 36_500;

function daysOf(name: string, days: number | undefined): number {
  if (days === undefined) throw malformed();
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw invalidArgument(name, String(days), `'${name}' must be a positive integer of at most ${MAX_DAYS}`);
}

function inRange(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (value >= least && value <= most) return value;
  throw invalidArgument(name, String(value), `'${name}' is out of range`);
}

/** ISO 8601, a date or a time in UTC; that it is midnight is checked where the setting is kept. */
function dateOf(text: string): number {
  const dateMs = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(dateMs)) throw malformed();
  return dateMs;
}
