/** How chunks are named on disk: `<id>.<version>.own` and `<id>.<version>.shared`. */
import { isUuidV7 } from '../../common/ids/index.ts';

/** `own`: one record, written in segments at their places. `shared`: records appended one behind the other. */
export type ChunkKind = 'own' | 'shared';

export interface ChunkName {
  id: string;
  version: number;
  kind: ChunkKind;
}

export function formatChunkName({ id, version, kind }: ChunkName): string {
  return `${id}.${version}.${kind}`;
}

/** Undefined for what is not the name of a chunk's file. */
export function parseChunkName(name: string): ChunkName | undefined {
  const [, id, version, kind] = /^([0-9a-f-]{36})\.([1-9]\d{0,14})\.(own|shared)$/.exec(name) ?? [];
  if (!id || !isUuidV7(id)) return undefined;
  return { id, version: Number(version), kind: kind as ChunkKind };
}

/** Sealed chunks lie in one of 256 folders, by the last byte of the id: the first ones are time and would crowd. */
export function sealedSubfolder(id: string): string {
  return id.slice(-2);
}
