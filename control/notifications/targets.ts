/** Where notifications go: configured by the operator, named by the rules of buckets by ARN. */
import { z } from 'zod';
import { durationMs } from '../../common/config/index.ts';

const name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens');
const url = (...protocols: string[]) =>
  z.url().refine((text) => protocols.includes(new URL(text).protocol), `a URL of ${protocols.join(' or ')}`);

export const webhookTarget = z.strictObject({
  kind: z.literal('webhook'),
  /** May be of this machine or of a private network: who configures it owns the bramble. */
  url: url('http:', 'https:'),
  /** Signs each body: `x-bramble-signature-256: sha256=<HMAC-SHA-256 in hex>`. */
  secret: z.string().min(1).optional(),
});
export const mqttTarget = z.strictObject({
  kind: z.literal('mqtt'),
  url: url('mqtt:', 'mqtts:'),
  /** Without wildcards. */
  topic: z
    .string()
    .min(1)
    .regex(/^[^#+\0]+$/, 'a topic without wildcards'),
  username: z.string().optional(),
  password: z.string().optional(),
});
export const notificationTargetConfig = z.discriminatedUnion('kind', [webhookTarget, mqttTarget]);
export type NotificationTargetConfig = z.infer<typeof notificationTargetConfig>;

/** `control.notifications`. */
export const notificationsConfig = z
  .object({
    targets: z
      .record(name, notificationTargetConfig)
      .default({})
      .describe(
        'Where buckets may send notifications, by name: `{kind: webhook, url, secret?}` or `{kind: mqtt, url, topic, ' +
          'username?, password?}`. Rules of buckets name them `arn:bramble:sqs::<name>:webhook` and `…:mqtt`.',
      ),
    region: z
      .string()
      .default('us-east-1')
      .describe("What notifications say the region is: the gateways' `s3.region`."),
    keepFor: durationMs('24h').describe(
      'How long a notification is tried; after it, it is dropped, and that is logged.',
    ),
  })
  .prefault({});
export type NotificationsConfig = z.infer<typeof notificationsConfig>;

export function arnOf(targetName: string, { kind }: Pick<NotificationTargetConfig, 'kind'>): string {
  return `arn:bramble:sqs::${targetName}:${kind}`;
}
