import type { Clock } from '../../../common/clock/index.ts';
import { Counter, Gauge, Histogram, type Registry } from '../../../common/metrics/index.ts';
import type { Orphans } from '../decisions/orphans.ts';
import type { FilesystemView } from '../view/filesystem-view.ts';
import type { Chunkservers } from './chunkservers.ts';

export interface MasterMetrics {
  commitBatch: Histogram;
  faults: Counter;
  replicasShort: Gauge;
}

export function createMasterMetrics(
  registry: Registry,
  sources: { view: FilesystemView; servers: Chunkservers; orphans: Orphans; clock: Clock },
): MasterMetrics {
  const { view, servers, orphans, clock } = sources;
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('bramble_filesystem_objects', 'Objects there are', () => view.totals().objects);
  gauge('bramble_filesystem_chunks', 'Chunks there are', () => view.totals().chunks);
  gauge('bramble_filesystem_logical_bytes', "Sum of the objects' sizes", () => view.totals().logicalBytes);
  gauge(
    'bramble_filesystem_chunk_bytes',
    "Sum of the chunks' lengths, one replica each",
    () => view.totals().chunkBytes,
  );
  gauge('bramble_filesystem_orphans', 'Reported chunks that no command knows', () => orphans.size);
  new Gauge({
    name: 'bramble_filesystem_chunkservers',
    help: 'Chunkservers by standing',
    labelNames: ['standing'],
    registers,
    collect() {
      this.reset();
      for (const { node } of servers.all()) this.inc({ standing: servers.standing(node, clock.monotonic()) });
    },
  });
  return {
    commitBatch: new Histogram({
      name: 'bramble_filesystem_commit_batch_items',
      help: 'Objects in one commit call',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
      registers,
    }),
    faults: new Counter({
      name: 'bramble_filesystem_faults_total',
      help: 'Faults of replicas that gateways reported',
      labelNames: ['kind'],
      registers,
    }),
    replicasShort: new Gauge({
      name: 'bramble_filesystem_replicas_short',
      help: 'Replicas that are missing to three of every chunk, by what chunkservers report; as of the last count',
      registers,
    }),
  };
}
