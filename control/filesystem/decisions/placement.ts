/**
 * Which chunkservers a new chunk goes to: different nodes always, different zones while there are any left, and among
 * those at random, weighted by free space and against load, so that a new, empty disk is not flooded (GFS §4.2).
 */
export interface Candidate {
  node: string;
  zone: string;
  freeBytes: number;
  /** Requests in flight. */
  load: number;
}

/** `random()` gives numbers from 0 up to, not including, 1. The answer is in the order of the chain. */
export function choosePlacement<Server extends Candidate>(
  candidates: readonly Server[],
  count: number,
  random: () => number,
): Server[] {
  const chosen: Server[] = [];
  while (chosen.length < count) {
    const left = candidates.filter(({ node }) => chosen.every((other) => other.node !== node));
    const elsewhere = left.filter(({ zone }) => chosen.every((other) => other.zone !== zone));
    const next = pickWeighted(elsewhere.length > 0 ? elsewhere : left, random);
    if (!next) break;
    chosen.push(next);
  }
  return chosen;
}

function weightOf({ freeBytes, load }: Candidate): number {
  return (freeBytes + 1) / (1 + load);
}

function pickWeighted<Server extends Candidate>(from: readonly Server[], random: () => number): Server | undefined {
  const total = from.reduce((sum, candidate) => sum + weightOf(candidate), 0);
  let at = random() * total;
  for (const candidate of from) {
    at -= weightOf(candidate);
    if (at < 0) return candidate;
  }
  return from.at(-1);
}
