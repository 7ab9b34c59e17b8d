/** Puts a chunkserver together and takes it apart again. */
import type { Clock } from '../common/clock/index.ts';
import type { Disk } from '../common/disk/index.ts';
import { Readiness } from '../common/health/index.ts';
import type { Identity } from '../common/identity/index.ts';
import { createIdMaker, type Random } from '../common/ids/index.ts';
import { type InternalClient, InternalServer } from '../common/internal/index.ts';
import type { Logger } from '../common/logging/index.ts';
import { createMetrics } from '../common/metrics/index.ts';
import type { ChunkserverConfig } from './config.ts';
import { FaultLog } from './heartbeat/fault-log.ts';
import { Heartbeat } from './heartbeat/heartbeat.ts';
import { chunkserverMetrics } from './metrics.ts';
import type { ChunkserverParts } from './parts.ts';
import { AppendLink } from './replication/append-link.ts';
import { ChainForwarder } from './replication/chain-forwarder.ts';
import { ReplicaLink } from './replication/replica-link.ts';
import { SegmentBuffers } from './replication/segment-buffers.ts';
import { SegmentChain } from './replication/segment-chain.ts';
import { SegmentWriter } from './replication/segment-writer.ts';
import { SharedAppends } from './replication/shared-appends.ts';
import { WriteBudget } from './replication/write-budget.ts';
import { appendCalls } from './routes/append-records.ts';
import { chunkRoutes } from './routes/chunk-routes.ts';
import { readCalls } from './routes/read-records.ts';
import { ChunkReader } from './store/chunk-reader.ts';
import { ChunkStore } from './store/chunk-store.ts';
import { DiskCondition } from './store/disk-condition.ts';
import { ReadBuffers } from './store/read-buffers.ts';

export interface ChunkserverOptions {
  config: ChunkserverConfig;
  identity: Identity;
  /** Calls to control and to other chunkservers. */
  client: InternalClient;
  disk: Disk;
  clock: Clock;
  random: Random;
  logger: Logger;
}

export interface Chunkserver extends AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  readonly store: ChunkStore;
}

export async function startChunkserver(options: ChunkserverOptions): Promise<Chunkserver> {
  const { config, identity, client, disk, clock, random, logger } = options;
  await using starting = new AsyncDisposableStack();
  const node = config.node ?? identity.id.node;
  const load = { requests: 0, reads: 0 };
  let heartbeat: Heartbeat | undefined;

  const condition = new DiskCondition({
    disk,
    folder: config.dataFolder,
    reserveBytes: config.reserveBytes,
    onChange: (now, detail) => {
      logger.warn({ condition: now, detail }, 'the condition of the disk changed');
      heartbeat?.hurry();
    },
  });
  const store = starting.use(
    await ChunkStore.open({ disk, dataFolder: config.dataFolder, condition, openFiles: config.openFiles, logger }),
  );
  await condition.refresh();

  const registry = createMetrics('chunkserver');
  const metrics = chunkserverMetrics(registry, {
    chunks: () => store.size,
    freeBytes: () => condition.space.freeBytes,
    writable: () => condition.condition === 'writable',
    inFlight: () => load.requests,
  });
  const faults = new FaultLog();
  const reader = new ChunkReader(store, new ReadBuffers(KEPT_READ_BUFFERS), (fault) => {
    logger.error(fault, 'damage found in a chunk');
    metrics.faults.inc();
    faults.add(fault);
    heartbeat?.hurry();
  });

  const link = new ReplicaLink(client, clock, config.stallTimeout);
  const forwarder = new ChainForwarder(logger, (code) => metrics.replicasLost.inc({ code }));
  const parts: ChunkserverParts = {
    node,
    config,
    clock,
    logger,
    metrics,
    store,
    reader,
    load,
    budget: new WriteBudget(config.writeBuffer, clock, config.stallTimeout),
    segmentBuffers: new SegmentBuffers(KEPT_SEGMENT_BUFFERS),
    segments: new SegmentWriter({
      store,
      clock,
      node,
      gapTimeoutMs: config.stallTimeout / 3,
      writeBackBytes: config.writeBackSize,
    }),
    segmentChain: new SegmentChain({
      forwarder,
      link,
      reader,
      clock,
      answerTimeoutMs: config.stallTimeout,
      finishTimeoutMs: config.finishTimeout,
      catchUpTimeoutMs: config.stallTimeout,
    }),
    appends: new SharedAppends({
      store,
      forwarder,
      link: new AppendLink(client, config.stallTimeout),
      clock,
      node,
      logger,
      observeGroup: (records) => metrics.appendGroup.observe(records),
    }),
  };
  const server = starting.use(
    await InternalServer.listen({
      identity,
      logger,
      readiness: new Readiness(),
      metrics: registry,
      routes: chunkRoutes(parts),
      calls: [...appendCalls(parts), ...readCalls(parts)],
      host: config.host,
      port: config.port,
    }),
  );

  const address = config.advertisedAddress ?? server.address;
  heartbeat = starting.use(
    new Heartbeat({
      call: (path, body, signal) =>
        client.call({ address: config.controlAddress, role: 'control' }, path, body, { signal, timeoutMs: 5_000 }),
      store,
      faults,
      clock,
      random,
      logger,
      address,
      zone: config.zone,
      bootId: createIdMaker(clock, random).uuid(),
      intervalMs: config.heartbeatInterval,
      load: () => load.requests,
      onFailure: () => metrics.heartbeatFailures.inc(),
    }),
  );
  logger.info({ address, chunks: store.size, condition: condition.condition }, 'chunkserver ready');
  const resources = starting.move();
  return { address: server.address, store, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Of about a mebibyte each. */
const KEPT_READ_BUFFERS = 16;
/** Of a segment each. */
const KEPT_SEGMENT_BUFFERS = 8;
