/** What a bucket can give notice of (Amazon S3 User Guide, "Supported event types"), without the `s3:` of rules. */
export const NOTIFICATION_EVENTS = [
  'ObjectCreated:Put',
  'ObjectCreated:Post',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
  'ObjectRemoved:Delete',
  'ObjectRemoved:DeleteMarkerCreated',
  'ObjectTagging:Put',
  'ObjectTagging:Delete',
  'LifecycleExpiration:Delete',
  'LifecycleExpiration:DeleteMarkerCreated',
] as const;
export type NotificationEvent = (typeof NOTIFICATION_EVENTS)[number];

/** Whether a rule's event (`s3:ObjectCreated:Put`, `s3:ObjectCreated:*`, `s3:*`) means this one. */
export function meansEvent(rule: string, event: NotificationEvent): boolean {
  const name = `s3:${event}`;
  return rule.endsWith(':*') ? name.startsWith(rule.slice(0, -1)) : rule === name;
}

/** Whether a rule may name it: at least one event is meant. */
export function isEventPattern(rule: string): boolean {
  return NOTIFICATION_EVENTS.some((event) => meansEvent(rule, event));
}
