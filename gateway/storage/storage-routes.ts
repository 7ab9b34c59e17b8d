/** The files doors of the gateway: wires the filesystem client to its routes. */
import type { Clock } from '../../common/clock/index.ts';
import type { Identity } from '../../common/identity/index.ts';
import { createIdMaker, type Random } from '../../common/ids/index.ts';
import { DownloadClient, InternalClient, type Target } from '../../common/internal/index.ts';
import type { Logger } from '../../common/logging/index.ts';
import { Gauge, type Registry } from '../../common/metrics/index.ts';
import { type Door, type Exchange, paramOf, type Route } from '../routing/index.ts';
import { askerOf } from './asker.ts';
import { ChunkConnection } from './chunks/chunk-connection.ts';
import { Liveness } from './chunks/liveness.ts';
import { RecordReads } from './chunks/record-reads.ts';
import { FaultReporter } from './master/fault-reporter.ts';
import { MasterClient } from './master/master-client.ts';
import { NodeHealth } from './master/node-health.ts';
import { PlacementPool } from './master/placement-pool.ts';
import { SigningKeys } from './master/signing-keys.ts';
import { getObject } from './objects/get-object.ts';
import { objectNameOf } from './objects/object-name.ts';
import { putObject } from './objects/put-object.ts';
import { streamProgress } from './progress/progress-stream.ts';
import { UploadProgress } from './progress/upload-progress.ts';
import { RecordCache } from './read/record-cache.ts';
import { SmallRecords } from './read/small-records.ts';
import { tusRoutes } from './resumable/tus-routes.ts';
import { type S3DoorSettings, s3Doors } from './s3/index.ts';
import {
  APPEND_QUEUE_BYTES,
  CHUNK_TIMING,
  CLIENT_STALL_MS,
  MASTER_PATIENCE_MS,
  RECORD_CACHE_BYTES,
  RENEW_EVERY_MS,
  SEGMENT_MEMORY_BYTES,
  SEGMENT_WAIT_MS,
  SEGMENTS_IN_FLIGHT,
  TAKE_OVER_MS,
} from './timing.ts';
import { ChunkRenewer } from './write/chunk-renewer.ts';
import { SegmentPool } from './write/segment-pool.ts';
import { SmallObjectAppender } from './write/small-object-appender.ts';

export interface StorageOptions {
  /** What the gateway shows to control and to chunkservers. */
  identity: Identity;
  /** `host:port` of control. */
  controlAddress: string;
  /** `storage.<domain>`: the same routes without `/api/storage`. */
  storageHost?: string;
  /** The S3 door; none unless told. */
  s3?: S3DoorSettings;
  clock: Clock;
  random: Random;
  logger: Logger;
  metrics: Registry;
  /** Memory for large uploads, all together. */
  uploadMemoryBytes?: number;
  /** Memory for small objects that were read lately; 0 keeps none. */
  recordCacheBytes?: number;
}

/** To one chunkserver; each read holds one while it streams. */
const CONNECTIONS_PER_NODE = 256;

export interface Storage extends AsyncDisposable {
  readonly routes: Route[];
  readonly doors: Door[];
  readonly s3?: Door;
}

export type StorageTools = ReturnType<typeof makeTools>['tools'];

export function storageRoutes(options: StorageOptions): Storage {
  const { tools, client, control, dispose } = makeTools(options);
  const routes = routesUnder(tools, '/api/storage', undefined);
  if (options.storageHost !== undefined) routes.push(...routesUnder(tools, '', options.storageHost));
  if (!options.s3) return { routes, doors: [], [Symbol.asyncDispose]: dispose };
  const doors = s3Doors(tools, SigningKeys.of(client, control, options.clock), options.s3);
  const { s3, website } = doors;
  const disposeAll = async () => {
    await doors[Symbol.asyncDispose]();
    await dispose();
  };
  return { routes, doors: [s3, website], s3, [Symbol.asyncDispose]: disposeAll };
}

function makeTools(options: StorageOptions) {
  const { clock, logger, metrics, random } = options;
  const client = new InternalClient(options.identity, { connections: CONNECTIONS_PER_NODE });
  const control: Target = { address: options.controlAddress, role: 'control' };
  const master = new MasterClient(client, control, clock);
  const downloads = new DownloadClient(options.identity);
  const connection = new ChunkConnection(client, downloads, clock, CHUNK_TIMING);
  const health = new NodeHealth(clock, CHUNK_TIMING.suspicionMs);
  const liveness = new Liveness({ connection, health, clock }, CHUNK_TIMING.slowWriteMs);
  const faults = new FaultReporter((found) => master.report(found), clock, logger, metrics);
  const placement = new PlacementPool({ placer: master, health, liveness, clock, patienceMs: MASTER_PATIENCE_MS });
  const segments = new SegmentPool(clock, options.uploadMemoryBytes ?? SEGMENT_MEMORY_BYTES, SEGMENT_WAIT_MS);
  const renewer = new ChunkRenewer((chunks) => master.renew(chunks), clock, RENEW_EVERY_MS, logger);
  const appender = new SmallObjectAppender(
    { connection, placement, health, liveness, faults, clock, timing: CHUNK_TIMING },
    APPEND_QUEUE_BYTES,
  );
  const records = new SmallRecords({
    reads: new RecordReads(client, CHUNK_TIMING.readStallMs),
    cache: new RecordCache(options.recordCacheBytes ?? RECORD_CACHE_BYTES, metrics),
    health,
    faults,
  });
  const progress = new UploadProgress(clock);
  new Gauge({
    name: 'bramble_gateway_upload_segments',
    help: 'Buffers of large uploads in use',
    registers: [metrics],
    collect() {
      this.set(segments.used);
    },
  });
  const tools = {
    master,
    connection,
    records,
    health,
    liveness,
    timing: CHUNK_TIMING,
    faults,
    placement,
    segments,
    renewer,
    appender,
    progress,
    clock,
    logger,
    ids: createIdMaker(clock, random),
    stallMs: CHUNK_TIMING.readStallMs,
    clientStallMs: CLIENT_STALL_MS,
    takeOverMs: TAKE_OVER_MS,
    patienceMs: MASTER_PATIENCE_MS,
    segmentsInFlight: SEGMENTS_IN_FLIGHT,
  };
  const dispose = async () => {
    renewer[Symbol.dispose]();
    progress[Symbol.dispose]();
    await faults[Symbol.asyncDispose]();
    await downloads[Symbol.asyncDispose]();
    await client[Symbol.asyncDispose]();
  };
  return { tools, client, control, dispose };
}

function routesUnder(tools: StorageTools, prefix: string, host: string | undefined): Route[] {
  const object = `${prefix}/objects/{namespace}/{bucket}/{key...}`;
  const get = (exchange: Exchange) => getObject(tools, exchange, askerOf(exchange), objectNameOf(exchange));
  const getShared = (exchange: Exchange) => {
    const credential = { kind: 'share' as const, token: paramOf(exchange, 'token') };
    return getObject(tools, exchange, { ...askerOf(exchange), credential }, { namespace: '', bucket: '', key: '' });
  };
  const routes: Route[] = [
    {
      method: 'PUT',
      path: object,
      body: 'bulk',
      handle: (exchange) => putObject(tools, exchange, askerOf(exchange), objectNameOf(exchange)),
    },
    { method: 'GET', path: object, body: 'bulk', handle: get },
    { method: 'HEAD', path: object, handle: get },
    { method: 'GET', path: '/s/{token}', body: 'bulk', handle: getShared },
    { method: 'HEAD', path: '/s/{token}', handle: getShared },
    {
      method: 'GET',
      path: `${prefix}/progress/{id}`,
      body: 'bulk',
      handle: (exchange) => streamProgress(tools, exchange),
    },
    ...tusRoutes(tools, prefix),
  ];
  return host === undefined ? routes : routes.map((route) => ({ ...route, host }));
}
