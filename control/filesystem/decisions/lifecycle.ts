/** What a bucket's lifecycle says of one version or upload (Amazon S3 User Guide, "Managing the lifecycle of objects"); pure. */
import type { Tags } from '../../../common/filesystem/index.ts';
import type { LifecycleRule } from './lifecycle-check.ts';

const DAY_MS = 86_400_000;

export interface AgingVersion {
  key: string;
  size: number;
  tags: Tags;
  isDeleteMarker: boolean;
  modifiedAtMs: number;
  /** Absent of the newest version of its key. */
  noncurrent?: {
    /** When the next newer version was made. */
    sinceMs: number;
    /** How many noncurrent versions of its key are newer. */
    newer: number;
  };
  /** Of a delete marker that is the newest: whether it hides nothing any more. */
  isAlone(): boolean;
}

/** What filters look at. */
type Filtered = Pick<AgingVersion, 'key' | 'size' | 'tags' | 'isDeleteMarker'>;

/**
 * `expire`: as DELETE without a version does, which keeps the bytes where versions are kept. `remove`: this version, for good.
 * Of a noncurrent version, and of a delete marker that hides nothing, only the latter.
 */
export function dueAction(
  rules: readonly LifecycleRule[],
  version: AgingVersion,
  nowMs: number,
): 'expire' | 'remove' | undefined {
  for (const rule of rules) {
    if (!rule.isEnabled || !isMeant(rule, version)) continue;
    const action = version.noncurrent
      ? noncurrentAction(rule, version.noncurrent, nowMs)
      : currentAction(rule, version, nowMs);
    if (action) return action;
  }
  return undefined;
}

/** The first of the days on which rules delete an object that is there now; none while no rule does. */
export function nextExpiration(
  rules: readonly LifecycleRule[],
  object: Omit<Filtered, 'isDeleteMarker'> & Pick<AgingVersion, 'modifiedAtMs'>,
): { atMs: number; rule: string } | undefined {
  let next: { atMs: number; rule: string } | undefined;
  for (const { id, isEnabled, filter, expiration } of rules) {
    if (!isEnabled || !expiration || 'expiredDeleteMarker' in expiration) continue;
    if (!isMeant({ filter }, { ...object, isDeleteMarker: false })) continue;
    const atMs = 'dateMs' in expiration ? expiration.dateMs : dueMs(object.modifiedAtMs, expiration.days);
    if (!next || atMs < next.atMs) next = { atMs, rule: id };
  }
  return next;
}

export function isUploadOver(
  rules: readonly LifecycleRule[],
  { key, initiatedAtMs }: { key: string; initiatedAtMs: number },
  nowMs: number,
): boolean {
  return rules.some(
    ({ isEnabled, filter, abortUploadAfterDays: days }) =>
      isEnabled && days !== undefined && key.startsWith(filter.prefix) && dueMs(initiatedAtMs, days) <= nowMs,
  );
}

/** "… adding the number of days … and rounding the resulting time to the next day midnight UTC." */
export function dueMs(sinceMs: number, days: number): number {
  return Math.ceil((sinceMs + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function currentAction(
  { expiration }: LifecycleRule,
  version: AgingVersion,
  nowMs: number,
): 'expire' | 'remove' | undefined {
  if (!expiration) return undefined;
  if ('expiredDeleteMarker' in expiration) {
    return version.isDeleteMarker && version.isAlone() ? 'remove' : undefined;
  }
  const atMs = 'dateMs' in expiration ? expiration.dateMs : dueMs(version.modifiedAtMs, expiration.days);
  if (atMs > nowMs) return undefined;
  if (!version.isDeleteMarker) return 'expire';
  return version.isAlone() ? 'remove' : undefined;
}

function noncurrentAction(
  { noncurrentExpiration }: LifecycleRule,
  { sinceMs, newer }: NonNullable<AgingVersion['noncurrent']>,
  nowMs: number,
): 'remove' | undefined {
  if (!noncurrentExpiration) return undefined;
  const { days, newerVersions = 0 } = noncurrentExpiration;
  return newer >= newerVersions && dueMs(sinceMs, days) <= nowMs ? 'remove' : undefined;
}

/** A delete marker has neither tags nor a size: filters by them leave it alone. */
function isMeant({ filter }: Pick<LifecycleRule, 'filter'>, { key, size, tags, isDeleteMarker }: Filtered): boolean {
  const { prefix, tags: wanted, sizeGreaterThan, sizeLessThan } = filter;
  if (!key.startsWith(prefix)) return false;
  if (sizeGreaterThan !== undefined && (isDeleteMarker || size <= sizeGreaterThan)) return false;
  if (sizeLessThan !== undefined && (isDeleteMarker || size >= sizeLessThan)) return false;
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(tags, name) && tags[name] === value);
}
