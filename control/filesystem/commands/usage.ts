/** What each namespace uses, and how much it may: exact, since it changes in the same commands as what it counts. */
import { Forbidden } from '../../../common/errors/index.ts';
import type { Command } from '../../log/index.ts';
import {
  type NamespaceUsage,
  NO_USAGE,
  namespaceUsageKey,
  namespaceUsageTable,
  type Quota,
} from '../view/bucket-tables.ts';
import type { Draft } from '../view/draft.ts';
import type { Source } from '../view/table.ts';
import type { FilesystemCommands } from './data.ts';

export interface UsageChange {
  bytes?: number;
  objects?: number;
  buckets?: number;
}

export function usageOf(source: Source, namespace: string): NamespaceUsage {
  return source.get(namespaceUsageTable, namespaceUsageKey(namespace)) ?? NO_USAGE;
}

/** @throws Forbidden `quota-exceeded` for what grows beyond the quota; what shrinks or stays is never refused. */
export function addToUsage(draft: Draft, namespace: string, change: UsageChange): void {
  assertWithinQuota(usageOf(draft, namespace), change);
  changeUsage(draft, namespace, change);
}

/** Of what must not be refused, whatever the quota is. */
export function changeUsage(draft: Draft, namespace: string, change: UsageChange): void {
  const before = usageOf(draft, namespace);
  draft.put(namespaceUsageTable, namespaceUsageKey(namespace), {
    ...before,
    bytes: before.bytes + (change.bytes ?? 0),
    objects: before.objects + (change.objects ?? 0),
    buckets: before.buckets + (change.buckets ?? 0),
  });
}

/** @throws Forbidden `quota-exceeded` */
export function assertWithinQuota({ quota, ...used }: NamespaceUsage, change: UsageChange): void {
  if (!quota) return;
  for (const what of ['bytes', 'objects', 'buckets'] as const) {
    const [limit, more] = [quota[what], change[what] ?? 0];
    if (limit === undefined || more <= 0 || used[what] + more <= limit) continue;
    throw new Forbidden(`The namespace has ${used[what]} of its ${limit} ${what}; ${more} more are too many.`, {
      code: 'quota-exceeded',
    });
  }
}

export function setQuota(draft: Draft, { data }: Command<FilesystemCommands['namespace.set-quota']>): NamespaceUsage {
  const { quota: _, ...used } = usageOf(draft, data.namespace);
  const quota: Quota = data.quota;
  const after = Object.keys(quota).length > 0 ? { ...used, quota } : used;
  draft.put(namespaceUsageTable, namespaceUsageKey(data.namespace), after);
  return after;
}
