import type { Clock } from '../common/clock/index.ts';
import type { Logger } from '../common/logging/index.ts';
import type { ChunkserverConfig } from './config.ts';
import type { ChunkserverMetrics } from './metrics.ts';
import type { SegmentBuffers } from './replication/segment-buffers.ts';
import type { SegmentChain } from './replication/segment-chain.ts';
import type { SegmentWriter } from './replication/segment-writer.ts';
import type { SharedAppends } from './replication/shared-appends.ts';
import type { WriteBudget } from './replication/write-budget.ts';
import type { ChunkReader } from './store/chunk-reader.ts';
import type { ChunkStore } from './store/chunk-store.ts';

/** What the routes work with. */
export interface ChunkserverParts {
  node: string;
  config: ChunkserverConfig;
  clock: Clock;
  logger: Logger;
  metrics: ChunkserverMetrics;
  store: ChunkStore;
  reader: ChunkReader;
  segments: SegmentWriter;
  segmentChain: SegmentChain;
  appends: SharedAppends;
  budget: WriteBudget;
  segmentBuffers: SegmentBuffers;
  /** Requests in flight, and how many of them are reads. */
  load: { requests: number; reads: number };
}
