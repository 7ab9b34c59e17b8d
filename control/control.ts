/** Control, wired: the log over its two views, accounts, the filesystem's master, and the server they answer through. */
import { join, resolve } from 'node:path';
import type { Clock } from '../common/clock/index.ts';
import type { Disk } from '../common/disk/index.ts';
import { Readiness } from '../common/health/index.ts';
import type { Identity } from '../common/identity/index.ts';
import { createIdMaker, type Random } from '../common/ids/index.ts';
import { InternalServer } from '../common/internal/index.ts';
import type { Logger } from '../common/logging/index.ts';
import { createMetrics } from '../common/metrics/index.ts';
import type { RunningProcess } from '../common/process/index.ts';
import bramble from '../package.json' with { type: 'json' };
import {
  AccountChanges,
  Accounts,
  accountAppliers,
  accountRoutes,
  denialsOf,
  internalAccountRoutes,
  SecretBox,
} from './account/index.ts';
import { apiRoutes, createApi, openApiApp } from './api/index.ts';
import { type Authority, authorityRoutes } from './authority/index.ts';
import type { ControlConfig } from './config.ts';
import { filesystemRoutes, Master, openFilesystemView, storageRoutes } from './filesystem/index.ts';
import { auditRoutes, openLocalLog } from './log/index.ts';
import { Notifications, notificationArns } from './notifications/index.ts';
import { CallingGateways, chunkserverStatus } from './process-status.ts';
import { openLogIdentity, openRecords, SqlView } from './records/index.ts';

export interface ControlOptions {
  config: ControlConfig;
  authority: Authority;
  identity: Identity;
  disk: Disk;
  clock: Clock;
  random: Random;
  logger: Logger;
}

export async function startControl(options: ControlOptions): Promise<RunningProcess> {
  const { config, authority, identity, disk, clock, random, logger } = options;
  await using stack = new AsyncDisposableStack();
  const metrics = createMetrics('control');
  const folder = (name: string) => join(resolve(config.dataFolder), name);

  const databaseUrl = process.env.DATABASE_URL ?? config.databaseUrl;
  const records = stack.use(await openRecords({ databaseUrl, folder: folder('records'), logger, disk }));
  const changes = new AccountChanges();
  const logFolder = folder('log');
  const recordsView = await SqlView.open({
    records,
    appliers: accountAppliers(changes),
    logIdentity: await openLogIdentity(disk, logFolder, clock, random),
    clock,
    logger,
  });
  const filesystemView = stack.use(await openFilesystemView({ folder: folder('filesystem'), logger, disk }));
  const log = stack.use(
    await openLocalLog({
      disk,
      clock,
      random,
      folder: logFolder,
      snapshotsFolder: folder('snapshots'),
      views: [filesystemView, recordsView],
      logger,
      metrics,
      segmentBytes: config.log.segmentSize,
      snapshotEveryEntries: config.log.snapshotEvery,
    }),
  );

  const box = await SecretBox.open(disk, folder('secrets.key'), random);
  const accounts = stack.use(await Accounts.open({ records, log, changes, box, clock, random, logger }));
  const administrator = await accounts.ensureFirstAdministrator();
  const master = stack.use(
    await Master.start({
      view: filesystemView,
      log,
      clock,
      random,
      permissions: accounts,
      logger,
      metrics,
      expected: config.bootstrapIdentities.flatMap(({ role, node }) => (role === 'chunkserver' ? [node] : [])),
      config: {
        orphanGraceMs: config.orphanGrace,
        multipartLifeMs: config.uploadLife,
        deadAfterMs: config.deadAfter,
        heartbeatIntervalMs: config.heartbeatInterval,
      },
      notificationArns: notificationArns(config.notifications),
    }),
  );
  stack.use(
    new Notifications({ config: config.notifications, view: filesystemView, log, clock, random, logger, metrics }),
  );

  const gateways = new CallingGateways(clock);
  let address = '';
  const api = createApi({
    accounts,
    routes: openApiApp()
      .route(
        '/',
        accountRoutes(accounts, { clock, hasBuckets: async (name) => filesystemView.buckets(name, 1).length > 0 }),
      )
      .route('/', storageRoutes(master))
      .route(
        '/api/audit',
        auditRoutes({
          log,
          requireAdministrator: (c) => accounts.assertAdministrator(c.var.principal, c.var),
          detailOf: denialsOf,
        }),
      ),
    idempotency: { records, clock, box, run: createIdMaker(clock, random).uuid() },
    bramble: authority.bramble,
    version: bramble.version,
    processes: () => [
      { role: 'control', node: config.node, address, state: 'ready' },
      ...gateways.status(),
      ...chunkserverStatus(master),
    ],
    clock,
    logger,
  });
  const server = stack.use(
    await InternalServer.listen({
      identity,
      logger,
      readiness: new Readiness(),
      metrics,
      host: config.host,
      port: config.port,
      routes: gateways.noting([
        ...authorityRoutes(authority),
        ...internalAccountRoutes(accounts),
        ...filesystemRoutes(master),
        ...apiRoutes(api),
      ]),
    }),
  );
  address = server.address;

  const owned = stack.move();
  return {
    facts: {
      address,
      ...(administrator && {
        administrator: administrator.name,
        oneTimePassword: administrator.oneTimePassword,
      }),
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
