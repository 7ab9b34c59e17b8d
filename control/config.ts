import { z } from 'zod';
import { durationMs, port, sizeBytes } from '../common/config/index.ts';
import { ROLES } from '../common/identity/index.ts';
import { LOG_LEVELS } from '../common/logging/index.ts';
import { notificationsConfig } from './notifications/index.ts';

const bootstrapIdentity = z.strictObject({
  role: z.enum(ROLES),
  node: z.string(),
  folder: z.string(),
});

/** The section `control` of the configuration. */
export const controlConfig = z.object({
  node: z.string().default('node-1').describe('Name of the node that this process runs on.'),
  host: z.string().default('127.0.0.1').describe('Address that the internal port listens on.'),
  port: port(7440).describe('Internal port; every other process of the bramble calls it.'),
  dataFolder: z.string().default('.bramble/control').describe('Folder of the log, its views and their snapshots.'),
  identityFolder: z
    .string()
    .default('.bramble/control/identity')
    .describe("Folder of this process's key and certificates."),
  authorityFolder: z.string().default('.bramble/authority').describe("Folder of the bramble's root and issuing keys."),
  bootstrapIdentities: z
    .array(bootstrapIdentity)
    .default([])
    .describe('First identities to make for processes on this machine; a list of role, node and folder.'),
  certificateLifetime: durationMs('24h').describe(
    'How long a process certificate is valid; it is renewed at half of that.',
  ),
  databaseUrl: z
    .string()
    .optional()
    .describe(
      'A PostgreSQL server for the records (`postgres://…`); DATABASE_URL says the same. Embedded PGlite when absent.',
    ),
  domain: z
    .string()
    .default('localhost')
    .describe('The domain that the gateway serves; the public certificate names it.'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('Least severity that is logged.'),
  orphanGrace: durationMs('1h').describe('How long a chunk that no object refers to is kept.'),
  uploadLife: durationMs('7d').describe(
    "How long an upload in parts (S3's multipart) that nobody goes on with is kept.",
  ),
  deadAfter: durationMs('30s').describe('How long a chunkserver may be silent before it is declared dead.'),
  heartbeatInterval: durationMs('1s').describe('How often chunkservers report.'),
  notifications: notificationsConfig,
  log: z
    .object({
      segmentSize: sizeBytes('64MiB').describe('Size at which a new log segment is begun.'),
      snapshotEvery: z.int().min(0).default(100_000).describe('Entries between snapshots of the views; 0 for none.'),
    })
    .prefault({}),
});
export type ControlConfig = z.infer<typeof controlConfig>;
