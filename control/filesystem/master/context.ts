/** What the master's parts share. */
import type { Clock } from '../../../common/clock/index.ts';
import { ORPHAN_GRACE_MS } from '../../../common/filesystem/index.ts';
import { createIdMaker, type IdMaker, type Random } from '../../../common/ids/index.ts';
import type { Logger } from '../../../common/logging/index.ts';
import type { Registry } from '../../../common/metrics/index.ts';
import { type Actor, type CommandLog, SYSTEM } from '../../log/index.ts';
import type { FilesystemCommands, FilesystemCommandType } from '../commands/data.ts';
import { Grants } from '../decisions/grants.ts';
import { Orphans } from '../decisions/orphans.ts';
import type { FilesystemView } from '../view/filesystem-view.ts';
import { VERSION_SALT_BYTES } from '../view/version-id.ts';
import type { Permissions } from './access.ts';
import { ChecksumFaults } from './checksum-faults.ts';
import { Chunkservers } from './chunkservers.ts';
import { createMasterMetrics, type MasterMetrics } from './master-metrics.ts';
import { Notice } from './notice.ts';
import { Replicas } from './replicas.ts';

export interface MasterConfig {
  /** How long a chunk that no object refers to is kept. */
  orphanGraceMs: number;
  /** Silence after which a chunkserver is declared dead. */
  deadAfterMs: number;
  heartbeatIntervalMs: number;
  /** How long the primary of a shared chunk may append on one grant. */
  leaseMs: number;
  /** How long a chunk of its own may be written to before `renew`. */
  grantMs: number;
  /** How long an unreachable chunkserver is given nothing new. */
  suspectMs: number;
  /** How long writes wait after a start for every known chunkserver's report. */
  reportWaitMs: number;
  /** How long writes wait for enough chunkservers. With `reportWaitMs`, at most 5 s. */
  placeWaitMs: number;
  /** How long reads wait for reports of chunks that no one has reported yet. */
  lookupWaitMs: number;
  /** How long a resumable upload is kept after its last bytes. */
  uploadLifeMs: number;
  /** How long an upload in parts (S3's multipart) is kept after its last part. */
  multipartLifeMs: number;
  /** How long a completed one is remembered, for who says it again because the answer was lost. */
  completionKeptMs: number;
  /** Between two passes over all buckets that have a lifecycle. */
  lifecyclePauseMs: number;
}

export const MASTER_DEFAULTS: MasterConfig = {
  orphanGraceMs: ORPHAN_GRACE_MS,
  deadAfterMs: 30_000,
  heartbeatIntervalMs: 1_000,
  leaseMs: 60_000,
  grantMs: 600_000,
  suspectMs: 5_000,
  reportWaitMs: 3_000,
  placeWaitMs: 2_000,
  lookupWaitMs: 2_000,
  uploadLifeMs: 24 * 3_600_000,
  lifecyclePauseMs: 3_600_000,
  multipartLifeMs: 7 * 24 * 3_600_000,
  completionKeptMs: 3_600_000,
};

export interface MasterOptions {
  view: FilesystemView;
  log: Pick<CommandLog, 'append'>;
  clock: Clock;
  random: Random;
  permissions: Permissions;
  logger: Logger;
  metrics: Registry;
  config?: Partial<MasterConfig>;
  /** Nodes whose chunkservers are being started beside this control: known before they are first heard of. */
  expected?: readonly string[];
  /** The targets of notifications that buckets may name. */
  notificationArns?: ReadonlySet<string>;
}

export interface MasterContext extends Omit<MasterOptions, 'config' | 'metrics'> {
  expected: readonly string[];
  notificationArns: ReadonlySet<string>;
  config: MasterConfig;
  ids: IdMaker;
  metrics: MasterMetrics;
  replicas: Replicas;
  servers: Chunkservers;
  grants: Grants;
  orphans: Orphans;
  checksumFaults: ChecksumFaults;
  /** Told whenever a chunkserver was heard of. */
  heard: Notice;
  startedAtMs: number;
  /** What a command that may make a version takes along, so that no two ids are alike. */
  versionSalt(): Uint8Array;
  /** Appends a command and answers what applying it gave. */
  submit<Value>(
    type: FilesystemCommandType,
    data: FilesystemCommands[FilesystemCommandType],
    by?: { actor: Actor; requestId: string },
  ): Promise<Value>;
}

export function createContext(options: MasterOptions): MasterContext {
  const { clock, random, log, view } = options;
  const config = { ...MASTER_DEFAULTS, ...options.config };
  const replicas = new Replicas();
  const servers = new Chunkservers(config);
  const orphans = new Orphans(config.orphanGraceMs);
  return {
    ...options,
    expected: options.expected ?? [],
    notificationArns: options.notificationArns ?? new Set(),
    config,
    replicas,
    servers,
    orphans,
    checksumFaults: new ChecksumFaults(options.logger, options.metrics),
    grants: new Grants(),
    ids: createIdMaker(clock, random),
    metrics: createMasterMetrics(options.metrics, { view, servers, orphans, clock }),
    heard: new Notice(),
    startedAtMs: clock.monotonic(),
    versionSalt: () => random.bytes(VERSION_SALT_BYTES),
    submit: async <Value>(
      type: FilesystemCommandType,
      data: FilesystemCommands[FilesystemCommandType],
      by = { actor: SYSTEM, requestId: 'filesystem' },
    ) => (await log.append<Value>({ type, at: clock.now(), ...by, data })).value,
  };
}

/** All that are known: by the log, by their heartbeats, or by being started beside us. */
export function knownNodes({ expected, servers, view }: MasterContext): string[] {
  const nodes = [...view.nodes(), ...servers.all()].map(({ node }) => node);
  return [...new Set([...nodes, ...expected])].sort();
}

/** Nodes that the log says are alive and that have not told yet what they have. */
export function unreportedNodes({ view, servers }: MasterContext): string[] {
  return view
    .nodes()
    .filter(({ node, state }) => state === 'alive' && !servers.get(node)?.hasReported)
    .map(({ node }) => node);
}
