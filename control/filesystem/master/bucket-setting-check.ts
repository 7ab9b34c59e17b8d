/** What is to be set of a bucket, checked by S3's rules before it becomes a command. */
import { InvalidInput } from '../../../common/errors/index.ts';
import { type BucketSetting, type BucketSettings, bucketSettings } from '../../../common/filesystem/index.ts';
import type { SettingChange } from '../commands/data.ts';
import { problemOfLifecycle } from '../decisions/lifecycle-check.ts';
import { problemOfNotification } from '../decisions/notification-check.ts';
import { problemOfPolicy } from '../decisions/policy-check.ts';
import { problemOfTags } from '../decisions/tags-check.ts';

const BUCKET_TAGS = 50;
const UNREADABLE: Partial<Record<BucketSetting, string>> = {
  policy: 'malformed-policy',
  lifecycle: 'invalid-argument',
  tagging: 'invalid-tag',
};

/** @throws InvalidInput `malformed-policy`, `malformed-xml`, `invalid-tag`, `invalid-argument`, `invalid-request` */
export function parseSetting(
  setting: BucketSetting,
  value: unknown,
  bucket: string,
  notificationArns: ReadonlySet<string>,
): SettingChange {
  if (value === null) return { setting, value };
  const parsed = bucketSettings.shape[setting].safeParse(value);
  if (!parsed.success) {
    throw new InvalidInput(`This is no value for ${setting}: ${parsed.error.issues[0]?.message ?? ''}`, {
      code: UNREADABLE[setting] ?? 'malformed-xml',
      cause: parsed.error,
    });
  }
  const problem = problemOf({ [setting]: parsed.data }, bucket, notificationArns);
  if (problem) throw new InvalidInput(problem.detail, { code: problem.code });
  return { setting, value: parsed.data } as SettingChange;
}

interface SettingProblem {
  code: string;
  detail: string;
}

function problemOf(
  set: Partial<BucketSettings>,
  bucket: string,
  notificationArns: ReadonlySet<string>,
): SettingProblem | undefined {
  if (set.tagging) return named('invalid-tag', problemOfTags(set.tagging, BUCKET_TAGS));
  if (set.policy) return named('malformed-policy', problemOfPolicy(set.policy.statements, bucket));
  if (set.lifecycle) return problemOfLifecycle(set.lifecycle);
  if (set.cors) return named('invalid-request', problemOfCors(set.cors));
  if (set.website) return problemOfWebsite(set.website);
  if (set.notification) {
    return named('invalid-argument', problemOfNotification(set.notification, notificationArns));
  }
  return undefined;
}

function named(code: string, detail: string | undefined): SettingProblem | undefined {
  return detail === undefined ? undefined : { code, detail };
}

/** One wildcard at most (API reference, CORSRule). */
function problemOfCors(rules: NonNullable<BucketSettings['cors']>): string | undefined {
  for (const { allowedOrigins, allowedHeaders, exposeHeaders } of rules) {
    const odd = [...allowedOrigins, ...allowedHeaders].find((text) => text.split('*').length > 2);
    if (odd !== undefined) return `AllowedOrigin or AllowedHeader "${odd}" can not have more than one wildcard.`;
    const exposed = exposeHeaders.find((name) => name.includes('*'));
    if (exposed !== undefined)
      return `ExposeHeader "${exposed}" contains wildcard. We currently do not support wildcard.`;
  }
  return undefined;
}

/** API reference, PutBucketWebsite: either all is redirected, or there is an index document. */
function problemOfWebsite(website: NonNullable<BucketSettings['website']>): SettingProblem | undefined {
  const { indexSuffix, errorKey, redirectAll, rules } = website;
  if (redirectAll && (indexSuffix !== undefined || errorKey !== undefined || rules.length > 0)) {
    return { code: 'invalid-request', detail: 'RedirectAllRequestsTo cannot be provided in conjunction with others.' };
  }
  if (!redirectAll && indexSuffix === undefined) {
    return { code: 'invalid-argument', detail: 'A value for IndexDocument Suffix must be provided.' };
  }
  if (indexSuffix !== undefined && (indexSuffix === '' || indexSuffix.includes('/'))) {
    return { code: 'invalid-argument', detail: 'The IndexDocument Suffix is not well formed.' };
  }
  return undefined;
}
