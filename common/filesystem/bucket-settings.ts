/**
 * What can be set of a bucket, as the S3 API has it, already parsed: the gateway reads and writes S3's XML and JSON, control
 * keeps, checks and obeys these. Names are S3's.
 */
import { z } from 'zod';
import { tags } from './master-protocol.ts';

const text = (max: number) => z.string().max(max);
const days = z.int().min(1).max(36_500);

export const corsRule = z.object({
  id: text(255).optional(),
  allowedOrigins: z.array(text(2048)).min(1),
  allowedMethods: z.array(z.enum(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])).min(1),
  allowedHeaders: z.array(text(256)),
  exposeHeaders: z.array(text(256)),
  maxAgeSeconds: z.int().min(0).optional(),
});

export const lifecycleRule = z.object({
  id: text(255),
  isEnabled: z.boolean(),
  filter: z.object({
    prefix: text(1024),
    tags,
    sizeGreaterThan: z.int().nonnegative().optional(),
    sizeLessThan: z.int().positive().optional(),
  }),
  expiration: z
    .union([z.object({ days }), z.object({ dateMs: z.int() }), z.object({ expiredDeleteMarker: z.literal(true) })])
    .optional(),
  noncurrentExpiration: z.object({ days, newerVersions: z.int().min(1).max(100).optional() }).optional(),
  abortUploadAfterDays: days.optional(),
  /** Whether the rule was written with `Filter`, or with the `Prefix` of old: given back as it was. */
  hasFilter: z.boolean(),
});

export const redirectRule = z.object({
  condition: z.object({ keyPrefix: text(1024).optional(), errorCode: z.int().min(400).max(599).optional() }),
  redirect: z.object({
    protocol: z.enum(['http', 'https']).optional(),
    host: text(255).optional(),
    code: z.int().min(301).max(308).optional(),
    replaceKeyPrefix: text(1024).optional(),
    replaceKey: text(1024).optional(),
  }),
});

export const notificationTarget = z.object({
  id: text(255),
  /** `arn:bramble:sqs::<name>:webhook` or `…:mqtt`: a target that the operator has configured. */
  arn: text(512),
  events: z.array(text(64)).min(1),
  prefix: text(1024),
  suffix: text(1024),
  kind: z.enum(['queue', 'topic', 'function']),
});

const oneOrMore = z.array(text(2048));
export const policyStatement = z.object({
  sid: text(255).optional(),
  effect: z.enum(['Allow', 'Deny']),
  /** `*` is everyone; others are ids of users or access keys. */
  principals: oneOrMore,
  notPrincipals: oneOrMore,
  actions: oneOrMore,
  notActions: oneOrMore,
  resources: oneOrMore,
  notResources: oneOrMore,
  /** By operator, then by key: the values, any of which fits. */
  conditions: z.record(z.string(), z.record(z.string(), oneOrMore)),
});

export const bucketSettings = z.object({
  versioning: z.enum(['Enabled', 'Suspended']),
  tagging: tags,
  cors: z.array(corsRule).min(1).max(100),
  lifecycle: z.array(lifecycleRule).min(1).max(1000),
  /** The statements that are obeyed, and the document as it was put, to be given back. */
  policy: z.object({ document: text(20_480), statements: z.array(policyStatement).min(1) }),
  website: z.object({
    indexSuffix: text(255).optional(),
    errorKey: text(1024).optional(),
    redirectAll: z.object({ host: text(255), protocol: z.enum(['http', 'https']).optional() }).optional(),
    rules: z.array(redirectRule).max(50),
  }),
  notification: z.array(notificationTarget).max(100),
  ownership: z.enum(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']).optional(),
});
export type BucketSettings = z.infer<typeof bucketSettings>;
export type BucketSetting = keyof BucketSettings;
