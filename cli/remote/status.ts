/** How `GET /api/status` and `GET /api/storage/status` are shown. */
import type { Answer, BrambleStatus } from '../client/index.ts';
import { formatSize } from '../terminal/quantity.ts';
import type { Column } from '../terminal/table.ts';

export type StorageStatus = Answer<'/api/storage/status', '$get'>;
type ChunkserverStatus = StorageStatus['chunkservers'][number];
type ProcessStatus = BrambleStatus['processes'][number];

export const PROCESS_COLUMNS: readonly Column<ProcessStatus>[] = [
  { heading: 'PROCESS', cell: ({ role }) => role },
  { heading: 'NODE', cell: ({ node }) => node },
  { heading: 'ADDRESS', cell: ({ address }) => address ?? '-' },
  { heading: 'STATE', cell: ({ state, detail }) => (detail ? `${state}: ${detail}` : state) },
];

export const CHUNKSERVER_COLUMNS: readonly Column<ChunkserverStatus>[] = [
  { heading: 'CHUNKSERVER', cell: ({ node }) => node },
  { heading: 'ZONE', cell: ({ zone }) => zone || '-' },
  { heading: 'STATE', cell: ({ standing, detail }) => (detail ? `${standing}: ${detail}` : standing) },
  { heading: 'FREE', align: 'right', cell: ({ freeBytes }) => formatSize(freeBytes) },
  { heading: 'OF', align: 'right', cell: ({ totalBytes }) => formatSize(totalBytes) },
  { heading: 'REQUESTS', align: 'right', cell: ({ load }) => String(load) },
];

/** What is held, and whether it is held as often as it should be. */
export function storageSummary(status: StorageStatus): string[] {
  const { objects, logicalBytes, chunks, chunkBytes, liveBytes, orphans } = status;
  const { chunksShort, chunksMissing, replicasShort, checksumFaults } = status;
  return [
    `objects   ${objects}, ${formatSize(logicalBytes)}`,
    `chunks    ${chunks}, ${formatSize(chunkBytes)} a replica, ${formatSize(liveBytes)} of it in use`,
    `replicas  ${replicasShort === 0 ? 'all there' : `${replicasShort} missing, of ${chunksShort} chunks`}`,
    ...(chunksMissing === 0 ? [] : [`LOST      ${chunksMissing} chunks have no replica on any chunkserver that is up`]),
    `orphans   ${orphans}`,
    `faults    ${checksumFaults > 0 ? `${checksumFaults} wrong checksums since control started` : 'none'}`,
  ];
}
