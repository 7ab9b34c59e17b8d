/** In which order a reader should try the replicas of a chunk. */
export interface RankedReplica {
  node: string;
  /** Bytes of its file that are whole. */
  length: number;
  isDamaged: boolean;
  isSuspect: boolean;
  load: number;
}

/** Those that hold `needed` bytes of the chunk's file, healthiest first. Version does not matter: below a committed offset replicas never differ. */
export function rankReplicas<Found extends RankedReplica>(replicas: readonly Found[], needed: number): Found[] {
  const cost = (replica: RankedReplica) => (replica.isDamaged ? 2 : 0) + (replica.isSuspect ? 1 : 0);
  return replicas
    .filter(({ length }) => length >= needed)
    .sort((a, b) => cost(a) - cost(b) || a.load - b.load || (a.node < b.node ? -1 : 1));
}
