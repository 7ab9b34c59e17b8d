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
  readonly address: string | null;
  readonly zone: string;
  readonly state: string;
  readonly condition?: string;
  readonly conditionDetail?: string;
  readonly totalBytes?: number;
  readonly freeBytes?: number;
  readonly chunks?: number;
}

export interface StorageStatus {
  readonly chunkservers: readonly ChunkserverStatus[];
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
  { heading: 'STATE', cell: stateOf },
  { heading: 'CHUNKS', align: 'right', cell: ({ chunks }) => (chunks === undefined ? '-' : String(chunks)) },
  { heading: 'FREE', align: 'right', cell: ({ freeBytes }) => size(freeBytes) },
  { heading: 'OF', align: 'right', cell: ({ totalBytes }) => size(totalBytes) },
];

function stateOf({ state, condition, conditionDetail }: ChunkserverStatus): string {
  if (state !== 'alive' || condition === undefined || condition === 'writable') return state;
  return conditionDetail ? `${condition}: ${conditionDetail}` : condition;
}

function size(bytes: number | undefined): string {
  return bytes === undefined ? '-' : formatSize(bytes);
}
