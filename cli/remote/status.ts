/** What `GET /api/status` and `GET /api/storage/status` answer, and how it is shown. */
import { formatSize } from '../terminal/quantity.ts';
import type { Column } from '../terminal/table.ts';

export interface ProcessStatus {
  readonly role: string;
  readonly node: string;
  readonly address?: string;
  readonly state: string;
  readonly detail?: string;
}

export interface ChunkserverStatus {
  readonly node: string;
  readonly zone: string;
  /** `writable`, `full`, `silent`, `dead`, … */
  readonly standing: string;
  readonly detail: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly load: number;
}

export interface StorageStatus {
  readonly chunkservers: readonly ChunkserverStatus[];
  readonly objects: number;
  readonly logicalBytes: number;
  readonly chunks: number;
  /** Of one replica of each. */
  readonly chunkBytes: number;
  readonly liveBytes: number;
  readonly chunksShort: number;
  readonly chunksMissing: number;
  readonly replicasShort: number;
  readonly orphans: number;
}

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
  const { objects, logicalBytes, chunks, chunkBytes, liveBytes, chunksShort, chunksMissing, replicasShort, orphans } =
    status;
  return [
    `objects   ${objects}, ${formatSize(logicalBytes)}`,
    `chunks    ${chunks}, ${formatSize(chunkBytes)} a replica, ${formatSize(liveBytes)} of it in use`,
    `replicas  ${replicasShort === 0 ? 'all there' : `${replicasShort} missing, of ${chunksShort} chunks`}`,
    ...(chunksMissing === 0 ? [] : [`LOST      ${chunksMissing} chunks have no replica on any chunkserver that is up`]),
    `orphans   ${orphans}`,
  ];
}
