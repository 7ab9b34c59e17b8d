import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../common/clock/index.ts';
import type { PlaceRequest } from '../../../common/filesystem/index.ts';
import { NodeHealth } from './node-health.ts';
import { PlacementPool } from './placement-pool.ts';

/** A pool whose master places on `nodes`, less those to avoid while two are left. */
function poolOn(nodes: Set<string>, away: Set<string> = new Set()) {
  const clock = new ManualClock();
  const health = new NodeHealth(clock, 5_000);
  const asked: PlaceRequest[] = [];
  let placed = 0;
  const pool = new PlacementPool({
    placer: {
      place: async (request) => {
        asked.push(request);
        const chosen = [...nodes].filter((node) => !request.avoid.includes(node));
        const grant = () => {
          placed += 1;
          const replicas = chosen.map((node) => ({ node, address: `${node}:1` }));
          return { chunk: `chunk-${placed}`, version: 1, replicas, validUntilMs: clock.now() + 600_000 };
        };
        return { own: Array.from({ length: request.own }, grant), shared: request.shared ? grant() : null };
      },
    },
    health,
    liveness: {
      stillAway: async (replicas) => replicas.filter(({ node }) => health.isSuspect(node) && away.has(node)),
    },
    clock,
    patienceMs: 1_000,
  });
  return { pool, clock, health, asked };
}

const nodesOf = ({ replicas }: { replicas: { node: string }[] }) => replicas.map(({ node }) => node);

describe('grants ahead of use', () => {
  test('those with all replicas are kept for the next upload', async () => {
    const { pool, asked } = poolOn(new Set(['a', 'b', 'c']));
    await pool.takeOwn();
    await pool.takeOwn();
    expect(asked).toHaveLength(1);
  });

  test('those with fewer replicas are taken at once and not kept', async () => {
    const nodes = new Set(['a', 'b']);
    const { pool } = poolOn(nodes);
    const first = await Promise.all([pool.takeOwn(), pool.takeOwn()]);
    expect(first.map(nodesOf)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    nodes.add('c');
    expect(nodesOf(await pool.takeOwn())).toEqual(['a', 'b', 'c']);
  });

  test('those that name a node that failed since are forgotten', async () => {
    const { pool, health } = poolOn(new Set(['a', 'b', 'c']), new Set(['c']));
    const { chunk } = await pool.takeOwn();
    health.failed('c');
    const next = await pool.takeOwn();
    expect(nodesOf(next)).toEqual(['a', 'b']);
    expect(next.chunk).not.toBe(chunk);
  });

  test('a node that failed and is back is used again at once', async () => {
    const { pool, health } = poolOn(new Set(['a', 'b', 'c']));
    health.failed('c');
    expect(nodesOf(await pool.takeOwn())).toEqual(['a', 'b', 'c']);
  });

  test('those that lay for a while are asked for anew: their nodes may have moved', async () => {
    const { pool, clock, asked } = poolOn(new Set(['a', 'b', 'c']));
    await pool.takeOwn();
    clock.advance(60_000);
    await pool.takeOwn();
    expect(asked).toHaveLength(2);
  });

  test('a shared chunk with fewer replicas is used for a few seconds only', async () => {
    const nodes = new Set(['a', 'b']);
    const { pool, clock } = poolOn(nodes);
    await pool.takeShared();
    nodes.add('c');
    expect(nodesOf(await pool.takeShared())).toEqual(['a', 'b']);
    clock.advance(6_000);
    expect(nodesOf(await pool.takeShared())).toEqual(['a', 'b', 'c']);
  });
});
