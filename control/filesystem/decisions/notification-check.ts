/** The rules of S3 for notifications (API reference, PutBucketNotificationConfiguration; User Guide, "Configuring notifications"). */
import {
  type BucketSettings,
  isEventPattern,
  meansEvent,
  NOTIFICATION_EVENTS,
} from '../../../common/filesystem/index.ts';

type Rule = NonNullable<BucketSettings['notification']>[number];

/** What is wrong with them, in S3's words; `arns` are the targets that the operator has configured. */
export function problemOfNotification(rules: readonly Rule[], arns: ReadonlySet<string>): string | undefined {
  if (rules.some(({ events }) => !events.every(isEventPattern))) {
    return 'A specified event is not supported for notifications.';
  }
  const unknown = rules.find(({ arn }) => !arns.has(arn));
  if (unknown) return `Unable to validate the following destination configurations: ${unknown.arn}`;
  if (new Set(rules.map(({ id }) => id)).size < rules.length) {
    return 'Same ID used for multiple configurations. IDs must be unique.';
  }
  const isOverlapping = rules.some((rule, index) => rules.slice(index + 1).some((other) => overlap(rule, other)));
  return isOverlapping
    ? 'Configurations overlap. Configurations on the same bucket cannot share a common event type.'
    : undefined;
}

/** Whether one object's event can fit both. */
function overlap(one: Rule, other: Rule): boolean {
  const isBoth = (rule: Rule, event: (typeof NOTIFICATION_EVENTS)[number]) =>
    rule.events.some((pattern) => meansEvent(pattern, event));
  return (
    (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)) &&
    (one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix)) &&
    NOTIFICATION_EVENTS.some((event) => isBoth(one, event) && isBoth(other, event))
  );
}
