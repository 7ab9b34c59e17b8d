/** Where a website sends its visitors instead of answering (S3 API Reference, RoutingRule, RedirectAllRequestsTo). Pure. */
import type { BucketRules } from '../../../../common/filesystem/index.ts';

export type Website = NonNullable<BucketRules['website']>;
type RedirectRule = Website['rules'][number];

/** How the visitor came: what a redirect leaves out stays as it is. */
export interface Visited {
  protocol: 'http' | 'https';
  /** With the port. */
  host: string;
}

export interface Redirect {
  status: number;
  location: string;
}

/** Everything goes elsewhere, path and query as they were sent. */
export function redirectAll(all: NonNullable<Website['redirectAll']>, visited: Visited, rawTarget: string): Redirect {
  return { status: 301, location: `${all.protocol ?? visited.protocol}://${all.host}${rawTarget}` };
}

/** The first rule that fits: before the object is looked for without `errorStatus`, and with it when that failed. */
export function redirectByRule(
  rules: readonly RedirectRule[],
  visited: Visited,
  key: string,
  errorStatus?: number,
): Redirect | undefined {
  const rule = rules.find(
    ({ condition }) => condition.errorCode === errorStatus && key.startsWith(condition.keyPrefix ?? ''),
  );
  if (!rule) return undefined;
  const { protocol = visited.protocol, host = visited.host, code = 301 } = rule.redirect;
  return { status: code, location: `${protocol}://${host}/${encodeKeyPath(newKey(rule, key))}` };
}

function newKey({ condition, redirect }: RedirectRule, key: string): string {
  const { replaceKey, replaceKeyPrefix } = redirect;
  if (replaceKey !== undefined) return replaceKey;
  if (replaceKeyPrefix === undefined) return key;
  return replaceKeyPrefix + key.slice(condition.keyPrefix?.length ?? 0);
}

/** As a path: slashes stay, and so does what a browser would read as query or fragment when it were not encoded. */
export function encodeKeyPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
